#include "deckctl/lint/findings.h"

#include <algorithm>
#include <tuple>

#include "schema/masked.h"

namespace deckctl::lint {

namespace {

constexpr std::string_view allow_tag = "lint:allow=";

// "routes" -> "route", "keyauth_credentials" -> "keyauth_credential", "ca_certificates" -> "ca_certificate"
std::string singular(std::string_view collection) {
  if (collection.ends_with('s')) collection.remove_suffix(1);
  return std::string(collection);
}

}  // namespace

const schema::Value* given_at(const schema::Entity& entity, std::initializer_list<std::string_view> field) {
  const schema::Value* at = &entity.given;
  for (std::string_view name : field) {
    const schema::Value* next = at->is_object() ? at->find(name) : nullptr;
    if (next == nullptr) break;
    at = next;
  }
  return at;
}

const schema::Value* item_of(const schema::Value* list, std::string_view text) {
  if (list == nullptr || !list->is_array()) return list;
  for (const schema::Value& item : list->items())
    if (item.is_text() && item.as_text() == text) return &item;
  return list;
}

bool Findings::is_allowed(const schema::Entity& entity) const {
  auto allows = [this](const schema::Entity& each) {
    const schema::Value* tags = each.given.find("tags");
    if (tags == nullptr || !tags->is_array()) return false;
    return std::ranges::any_of(tags->items(), [this](const schema::Value& tag) {
      return tag.is_text() && tag.as_text().starts_with(allow_tag) && tag.as_text().substr(allow_tag.size()) == rule_->name;
    });
  };
  if (allows(entity)) return true;
  const schema::EntityShape* kind = schema::shapes().entity(entity.shape->name);
  if (kind == nullptr) return false;
  for (const schema::Shape* reference : kind->references) {
    const schema::Entity* owner = naming_.of_id(schema::Reader(entity.shape, &entity.given).foreign(reference->name));
    if (owner != nullptr && allows(*owner)) return true;
  }
  return false;
}

void Findings::add(const schema::Entity& entity, const schema::Value* value, std::string what, std::string hint) {
  if (is_allowed(entity)) {
    ++allowed_;
    return;
  }
  const schema::Place place = value != nullptr && value->place.line > 0 ? value->place : entity.given.place;
  if (value != nullptr && value->is_text() && value->from_secret) {
    what = schema::without(value->as_text(), std::move(what));
    hint = schema::without(value->as_text(), std::move(hint));
  }
  std::string name = naming_.shown(entity);
  // A made-up id says nothing to the reader of a file: the owners do, and the place.
  if (name.starts_with(entity.id) && entity.given.find("id")->place.line == 0) name.erase(0, entity.id.size() + (name.size() > entity.id.size() ? 1 : 0));
  all_.push_back({rule_, place, singular(entity.shape->name), std::move(name), std::move(what), std::move(hint)});
}

void Findings::add(const schema::Entity& entity, std::initializer_list<std::string_view> field, std::string what, std::string hint) {
  add(entity, given_at(entity, field), std::move(what), std::move(hint));
}

void Findings::sort() {
  std::ranges::stable_sort(all_, {}, [](const Finding& finding) { return std::tuple(finding.place.file, finding.place.line, finding.place.column); });
}

}  // namespace deckctl::lint
