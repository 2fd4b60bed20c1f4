#include "schema/identity.h"

#include <optional>
#include <unordered_map>

#include "schema/uuid.h"

namespace schema {

namespace {

constexpr std::string_view root_namespace = "fd02801f-0957-4a15-a55a-c8d9606f30b5";
constexpr std::string_view default_workspace = "0dc6f45b-8f8d-40d2-a504-473544ee190b";

std::string_view text_of(const Value& record, std::string_view name) {
  const Value* value = record.find(name);
  return value != nullptr && value->is_text() ? value->as_text() : std::string_view();
}

std::string id_in(const EntityShape& kind, const std::string& name) { return uuid5(uuid5(root_namespace, kind.collection), name); }

// The name behind the id of an entity with a cache key; nullopt: its id is random.
std::optional<std::string> cache_name(const FlatEntity& entity, const std::vector<FlatEntity>& flat) {
  std::string name = std::string(entity.kind->collection) + ":" + (entity.kind->workspaceable ? "*" : "*");
  for (std::string_view field_name : entity.kind->cache_key) {
    const Shape* field = entity.kind->shape->field(field_name);
    const Value* given = entity.value.find(field_name);
    if (field != nullptr && !field->automatic.empty()) return std::nullopt;
    if (given != nullptr && given->is_text()) {
      name.append(":").append(given->as_text());
    } else if (given != nullptr) {
      continue;
    } else if (entity.parent >= 0 && entity.parent_field == field_name) {
      name.append(":").append(flat[static_cast<size_t>(entity.parent)].id);
    } else if (field != nullptr && field->required) {
      return std::nullopt;
    } else {
      name.append(":");
    }
  }
  return name;
}

std::string new_id(const FlatEntity& entity, const std::vector<FlatEntity>& flat) {
  if (!entity.kind->cache_key.empty()) {
    auto name = cache_name(entity, flat);
    return name ? id_in(*entity.kind, *name) : uuid4();
  }
  if (!entity.kind->endpoint_key.empty())
    if (std::string_view key = text_of(entity.value, entity.kind->endpoint_key); !key.empty()) {
      const Shape* field = entity.kind->shape->field(entity.kind->endpoint_key);
      std::string name(key);
      if (field != nullptr && !field->unique && entity.parent >= 0)
        name.append(":").append(flat[static_cast<size_t>(entity.parent)].id).append(":").append(default_workspace);
      return id_in(*entity.kind, name);
    }
  return uuid4();
}

std::string where(const Place& place) { return "line " + std::to_string(place.line); }

}  // namespace

Value with_member(const Value& record, std::string_view name, Value value, Arena& arena) {
  std::vector<Member> members;
  bool found = false;
  for (const Member& member : record.members()) {
    members.push_back(member);
    if (member.name != name) continue;
    members.back().value = value;
    found = true;
  }
  if (!found) members.push_back({name, record.place, value});
  Value changed = arena.object(members);
  changed.place = record.place;
  return changed;
}

void give_ids(std::vector<FlatEntity>& flat, Arena& arena, Problems& problems) {
  std::unordered_map<std::string, const FlatEntity*> seen;
  for (FlatEntity& entity : flat) {
    std::string_view own = text_of(entity.value, "id");
    entity.id = own.empty() ? new_id(entity, flat) : std::string(own);
    Value id = Value::text(arena.copy(entity.id));
    id.place = entity.value.place;
    if (own.empty()) entity.value = with_member(entity.value, "id", id, arena);
    auto [existing, fresh] = seen.emplace(std::string(entity.kind->collection) + "/" + entity.id, &entity);
    if (!fresh)
      problems.add({.place = entity.value.place,
                    .path = entity.path,
                    .entity = true,
                    .what = "uniqueness violation: '" + std::string(entity.kind->collection) + "' entity with primary key set to '" + entity.id + "' already declared",
                    .hint = "the first is on " + where(existing->second->value.place)});
  }
}

void resolve_references(std::vector<FlatEntity>& flat, Arena& arena, Problems& problems) {
  std::unordered_map<std::string, const FlatEntity*> by_key, by_id;
  for (const FlatEntity& entity : flat) {
    by_id.emplace(std::string(entity.kind->collection) + "/" + entity.id, &entity);
    for (const Shape* field : entity.kind->shape->fields) {
      if (!field->unique || field->name == "id") continue;
      std::string_view key = text_of(entity.value, field->name);
      if (key.empty()) continue;
      auto [existing, fresh] = by_key.emplace(std::string(entity.kind->collection) + "/" + std::string(field->name) + "/" + std::string(key), &entity);
      if (!fresh)
        problems.add({.place = entity.value.place,
                      .path = entity.path,
                      .entity = true,
                      .what = "uniqueness violation: '" + std::string(entity.kind->collection) + "' entity with " + std::string(field->name) + " set to '" +
                              (field->secret ? "******" : std::string(key)) + "' already declared",
                      .hint = "the first is on " + where(existing->second->value.place)});
    }
  }
  for (FlatEntity& entity : flat) {
    if (entity.parent >= 0) {
      Member id{"id", entity.value.place, Value::text(arena.copy(flat[static_cast<size_t>(entity.parent)].id))};
      entity.value = with_member(entity.value, entity.parent_field, arena.object({&id, 1}), arena);
    }
    for (const Shape* field : entity.kind->shape->fields) {
      if (field->foreign.empty()) continue;
      const Value* given = entity.value.find(field->name);
      if (given == nullptr || given->is_null()) continue;
      std::string_view wanted = given->is_text() ? given->as_text() : text_of(*given, "id");
      const EntityShape* kind = shapes().entity(field->foreign);
      if (wanted.empty() && kind != nullptr) wanted = text_of(*given, kind->endpoint_key.empty() ? "name" : kind->endpoint_key);
      const std::string collection(field->foreign);
      const FlatEntity* target = nullptr;
      if (kind != nullptr && !kind->endpoint_key.empty())
        if (auto found = by_key.find(collection + "/" + std::string(kind->endpoint_key) + "/" + std::string(wanted)); found != by_key.end()) target = found->second;
      if (target == nullptr)
        if (auto found = by_id.find(collection + "/" + std::string(wanted)); found != by_id.end()) target = found->second;
      if (target == nullptr) {
        Path path = entity.path;
        path.emplace_back(std::string(field->name));
        problems.add({.place = given->place,
                      .path = path,
                      .what = "invalid reference '" + std::string(field->name) + ": " + std::string(wanted) + "' (no such entry in '" + collection + "')"});
        continue;
      }
      Member id{"id", given->place, Value::text(arena.copy(target->id))};
      Value reference = arena.object({&id, 1});
      reference.place = given->place;
      entity.value = with_member(entity.value, field->name, reference, arena);
    }
  }
}

}  // namespace schema
