#include "schema/reader.h"

#include <cassert>

namespace schema {

const Value* Reader::value(std::string_view field) const {
  assert(shape_ != nullptr);
  if (reads_ != nullptr) reads_->insert(shape_->field(field));
  if (given_ != nullptr && given_->is_object())
    if (const Value* given = given_->find(field)) return given->is_null() ? nullptr : given;
  const Shape* shape = shape_->field(field);
  assert(shape != nullptr && "the schema has no such field");
  if (shape == nullptr || shape->default_value == nullptr || shape->default_value->is_null()) return nullptr;
  return shape->default_value;
}

bool Reader::boolean(std::string_view field, bool unset) const {
  const Value* found = value(field);
  return found == nullptr || found->kind() != Kind::boolean ? unset : found->as_boolean();
}

std::optional<int64_t> Reader::integer(std::string_view field) const {
  const Value* found = value(field);
  if (found == nullptr || !found->is_number()) return std::nullopt;
  return found->kind() == Kind::integer ? found->as_integer() : static_cast<int64_t>(found->as_number());
}

std::optional<double> Reader::number(std::string_view field) const {
  const Value* found = value(field);
  if (found == nullptr || !found->is_number()) return std::nullopt;
  return found->as_number();
}

std::string_view Reader::text(std::string_view field) const {
  const Value* found = value(field);
  return found == nullptr || !found->is_text() ? std::string_view() : found->as_text();
}

std::vector<std::string_view> Reader::texts(std::string_view field) const {
  std::vector<std::string_view> all;
  const Value* found = value(field);
  if (found != nullptr && found->is_array())
    for (const Value& item : found->items())
      if (item.is_text()) all.push_back(item.as_text());
  return all;
}

Reader Reader::record(std::string_view field) const {
  const Shape* shape = shape_->field(field);
  assert(shape != nullptr);
  if (reads_ != nullptr) reads_->insert(shape);
  const Value* given = given_ != nullptr && given_->is_object() ? given_->find(field) : nullptr;
  if (given != nullptr) return given->is_null() ? Reader() : Reader(shape, given, reads_);
  if (shape->default_value != nullptr && shape->default_value->is_object()) return {shape, shape->default_value, reads_};
  // A record that must not be null is made when it is absent; an optional one stays unset.
  return shape->nullable ? Reader() : Reader(shape, nullptr, reads_);
}

std::vector<Reader> Reader::records(std::string_view field) const {
  std::vector<Reader> all;
  const Value* found = value(field);
  const Shape* shape = shape_->field(field);
  if (found != nullptr && found->is_array())
    for (const Value& item : found->items()) all.emplace_back(shape->items, &item, reads_);
  return all;
}

std::vector<std::pair<std::string_view, const Value*>> Reader::map(std::string_view field) const {
  std::vector<std::pair<std::string_view, const Value*>> all;
  const Value* found = value(field);
  if (found != nullptr && found->is_object())
    for (const Member& member : found->members()) all.emplace_back(member.name, &member.value);
  return all;
}

std::string_view Reader::foreign(std::string_view field) const {
  const Value* found = value(field);
  if (found == nullptr) return {};
  if (found->is_text()) return found->as_text();
  const Value* id = found->find("id");
  return id != nullptr && id->is_text() ? id->as_text() : std::string_view();
}

}  // namespace schema
