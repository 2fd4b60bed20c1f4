#include "schema/validate.h"

#include <algorithm>

#include "schema/check.h"
#include "schema/rule.h"

namespace schema {

namespace {

std::string_view type_fault(Type type) {
  switch (type) {
    case Type::text: return "expected a string";
    case Type::integer: return "expected an integer";
    case Type::number: return "expected a number";
    case Type::boolean: return "expected a boolean";
    case Type::array: return "expected an array";
    case Type::set: return "expected a set";
    case Type::map: return "expected a map";
    case Type::record: return "expected a record";
    default: return "expected a reference";
  }
}

bool has_type(Type type, const Value& value) {
  switch (type) {
    case Type::text: return value.is_text();
    case Type::integer: return value.kind() == Kind::integer || (value.kind() == Kind::number && value.as_number() == static_cast<double>(static_cast<int64_t>(value.as_number())));
    case Type::number: return value.is_number();
    case Type::boolean: return value.kind() == Kind::boolean;
    case Type::array:
    case Type::set: return value.is_array();
    case Type::map:
    case Type::record: return value.is_object();
    case Type::foreign: return value.is_text() || value.is_object();
    default: return true;
  }
}

size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t k = 0; k <= b.size(); ++k) row[k] = k;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t k = 1; k <= b.size(); ++k) {
      const size_t above = row[k];
      row[k] = std::min({above + 1, row[k - 1] + 1, diagonal + (a[i - 1] == b[k - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

bool is_vault_reference(const Value& value) {
  return value.is_text() && value.as_text().starts_with("{vault://") && value.as_text().ends_with("}");
}

void validate_items(const Shape& shape, const Value& value, Walk& walk) {
  if (shape.items == nullptr) return;
  size_t position = 0;
  for (const Value& item : value.items()) {
    walk.path.emplace_back(position++);
    validate_value(*shape.items, item, walk);
    walk.path.pop_back();
  }
}

void validate_entries(const Shape& shape, const Value& value, Walk& walk) {
  for (const Member& member : value.members()) {
    walk.path.emplace_back(std::string(member.name));
    if (shape.keys != nullptr) {
      Value name = Value::text(member.name);
      name.place = member.name_place;
      validate_value(*shape.keys, name, walk);
    }
    if (shape.items != nullptr) validate_value(*shape.items, member.value, walk);
    walk.path.pop_back();
  }
}

}  // namespace

void Walk::error(Place place, std::string what, std::string hint) const {
  problems.add({.place = place, .path = path, .what = std::move(what), .hint = std::move(hint), .entity_type = entity_type, .entity_name = entity_name});
}

void Walk::entity_error(Place place, std::string what) const {
  problems.add({.place = place, .path = path, .entity = true, .what = std::move(what), .entity_type = entity_type, .entity_name = entity_name});
}

std::string nearest(std::string_view name, const std::vector<std::string_view>& known) {
  std::string_view best;
  size_t best_distance = 3;
  for (std::string_view one : known) {
    const size_t distance = edit_distance(name, one);
    if (distance < best_distance && distance < one.size()) {
      best = one;
      best_distance = distance;
    }
  }
  return best.empty() ? std::string() : "did you mean " + std::string(best) + "?";
}

void validate_value(const Shape& shape, const Value& value, Walk& walk) {
  if (value.is_null()) {
    if (!shape.nullable) walk.error(value.place, "required field missing");
    return;
  }
  if (shape.referenceable && is_vault_reference(value)) return;
  if (!has_type(shape.type, value)) return walk.error(value.place, std::string(type_fault(shape.type)));
  if (value.is_text() && value.as_text().empty() && shape.type == Type::text && !shape.allow_empty) return walk.error(value.place, "length must be at least 1");
  for (const Check* check : shape.checks) {
    std::string what = check->run(value);
    if (!what.empty()) return walk.error(value.place, std::move(what));
  }
  switch (shape.type) {
    case Type::array:
    case Type::set: return validate_items(shape, value, walk);
    case Type::map: return validate_entries(shape, value, walk);
    case Type::record:
      if (!shape.fields.empty()) validate_record(shape, value, walk);
      return;
    default: return;
  }
}

void validate_record(const Shape& shape, const Value& record, Walk& walk, const std::vector<const Shape*>& replaced) {
  for (const Member& member : record.members()) {
    if (member.name == "_comment" || member.name == "_ignore") continue;
    const Shape* field = shape.field(member.name);
    for (const Shape* one : replaced)
      if (one->name == member.name) field = one;
    walk.path.emplace_back(std::string(member.name));
    if (field == nullptr) {
      std::vector<std::string_view> known;
      for (const Shape* one : shape.fields) known.push_back(one->name);
      walk.error(member.name_place, "unknown field", nearest(member.name, known));
    } else {
      validate_value(*field, member.value, walk);
    }
    walk.path.pop_back();
  }
  for (const Shape* field : shape.fields) {
    const bool missing = record.find(field->name) == nullptr;
    if (missing && field->required) {
      walk.path.emplace_back(std::string(field->name));
      walk.error(record.place, "required field missing");
      walk.path.pop_back();
    }
  }
  validate_rules(shape.rules, shape, record, walk);
}

void validate_rules(const std::vector<const Rule*>& rules, const Shape& shape, const Value& record, Walk& walk) {
  for (const Rule* rule : rules) {
    RuleFault fault;
    if (follows(*rule, shape, record, fault)) continue;
    walk.entity_error(record.place, fault.what);
    if (fault.then_field.empty()) continue;
    size_t pushed = 0;
    for (std::string_view rest = fault.then_field; !rest.empty(); ++pushed) {
      const size_t dot = rest.find('.');
      walk.path.emplace_back(std::string(rest.substr(0, dot)));
      rest = dot == std::string_view::npos ? std::string_view() : rest.substr(dot + 1);
    }
    walk.error(record.place, fault.then_what);
    walk.path.resize(walk.path.size() - pushed);
  }
}

}  // namespace schema
