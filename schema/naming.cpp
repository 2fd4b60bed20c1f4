#include "schema/naming.h"

#include "schema/dump.h"
#include "schema/emit.h"

namespace schema {

namespace {

std::string_view text_of(const Entity& entity, std::string_view name) {
  const Value* value = entity.given.find(name);
  return value != nullptr && value->is_text() ? value->as_text() : std::string_view();
}

// The name that people know an entity by; a plugin's is shared by many, so it is none.
std::string_view own_name(const Entity& entity, const EntityShape& kind) {
  return kind.collection == "plugins" || kind.endpoint_key.empty() ? std::string_view() : text_of(entity, kind.endpoint_key);
}

}  // namespace

Naming::Naming(const Config& config) {
  for (const auto& [collection, entities] : config.entities)
    for (const Entity& entity : entities) by_id_.emplace(entity.id, &entity);
}

const Entity* Naming::of_id(std::string_view id) const {
  auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second;
}

const std::string& Naming::key(const Entity& entity) {
  auto known = keys_.find(&entity);
  if (known == keys_.end()) known = keys_.emplace(&entity, make_key(entity)).first;
  return known->second;
}

std::string Naming::reference_key(const Entity& entity, std::string_view field) {
  const std::string_view id = Reader(entity.shape, &entity.given).foreign(field);
  if (id.empty()) return {};
  const Entity* target = of_id(id);
  return target != nullptr ? key(*target) : std::string(id);
}

std::string Naming::make_key(const Entity& entity) {
  const EntityShape& kind = *shapes().entity(entity.shape->name);
  if (const std::string_view name = own_name(entity, kind); !name.empty()) return "name:" + std::string(name);
  if (kind.cache_key.empty()) return content(entity);
  std::string made = "key";
  for (std::string_view name : kind.cache_key) {
    const Shape* field = kind.shape->field(name);
    made += ':';
    made += field != nullptr && !field->foreign.empty() ? reference_key(entity, name) : std::string(text_of(entity, name));
  }
  return made;
}

std::string Naming::content(const Entity& entity) {
  Arena arena;
  DumpOptions options;
  options.timestamps = false;
  options.sorted_sets = true;
  Value filled = to_value(entity, arena, options);
  const EntityShape& kind = *shapes().entity(entity.shape->name);
  for (Member& member : filled.members()) {
    if (member.name == "id") member.value = Value();
    for (const Shape* field : kind.references)
      if (field->name == member.name) member.value = Value::text(arena.copy(reference_key(entity, field->name)));
  }
  return to_json_text(filled);
}

std::string Naming::shown(const Entity& entity) {
  const EntityShape& kind = *shapes().entity(entity.shape->name);
  std::string text;
  for (std::string_view name : {kind.endpoint_key, std::string_view("name"), std::string_view("target"), std::string_view("group"), std::string_view("username"),
                                std::string_view("custom_id"), std::string_view("client_id"), std::string_view("key")}) {
    const Shape* field = name.empty() || (kind.collection == "plugins" && name == kind.endpoint_key) ? nullptr : kind.shape->field(name);
    if (field == nullptr || field->secret) continue;
    const Value* value = entity.given.find(name);
    if (value == nullptr || !value->is_text() || value->from_secret) continue;
    text = value->as_text();
    break;
  }
  const bool nameless = text.empty();
  if (nameless) text = entity.id;
  // Those with a name of their own need no owner to be told apart.
  if (!nameless && !own_name(entity, kind).empty() && kind.kind == "core" && kind.collection != "targets") return text;
  std::string owners;
  for (const Shape* field : kind.references) {
    const std::string_view id = Reader(entity.shape, &entity.given).foreign(field->name);
    if (id.empty()) continue;
    const Entity* target = of_id(id);
    owners.append(owners.empty() ? "" : ", ").append(field->name).append(" ").append(target != nullptr ? shown(*target) : std::string(id));
  }
  return owners.empty() ? text : text + " (" + owners + ")";
}

}  // namespace schema
