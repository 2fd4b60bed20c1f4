#include "schema/identity.h"

#include <memory>
#include <optional>
#include <unordered_map>

#include "schema/report.h"
#include "schema/uuid.h"

namespace schema {

namespace {

constexpr std::string_view default_workspace = "0dc6f45b-8f8d-40d2-a504-473544ee190b";

// The name behind the id of an entity with a cache key; nullopt: its id is random.
std::optional<std::string> cache_name(const FlatEntity& entity, const std::vector<FlatEntity>& flat) {
  std::string name(entity.kind->collection);
  name += ":*";
  for (std::string_view field_name : entity.kind->cache_key) {
    const Shape* field = entity.kind->shape->field(field_name);
    const Value* given = entity.find(field_name);
    const bool is_parent = entity.parent >= 0 && entity.parent_field == field_name;
    if (field != nullptr && !field->automatic.empty()) return std::nullopt;
    if (is_parent && !entity.link_given)
      name.append(":").append(flat[static_cast<size_t>(entity.parent)].id);
    else if (given != nullptr && given->is_text())
      name.append(":").append(given->as_text());
    else if (given != nullptr)
      continue;
    else if (field != nullptr && field->required)
      return std::nullopt;
    else
      name += ':';
  }
  return name;
}

std::string new_id(const FlatEntity& entity, const std::vector<FlatEntity>& flat) {
  const EntityShape& kind = *entity.kind;
  if (!kind.cache_key.empty()) {
    auto name = cache_name(entity, flat);
    return name ? uuid5(kind.id_namespace, *name) : uuid4();
  }
  const std::string_view key = kind.endpoint_key.empty() ? std::string_view() : entity.text(kind.endpoint_key);
  if (key.empty()) return uuid4();
  std::string name(key);
  const Shape* field = kind.shape->field(kind.endpoint_key);
  if (field != nullptr && !field->unique && entity.parent >= 0)
    name.append(":").append(flat[static_cast<size_t>(entity.parent)].id).append(":").append(default_workspace);
  return uuid5(kind.id_namespace, name);
}

// What may be referred to, and what must be there once only: a map for the ids of each collection and for each unique field.
class Index {
 public:
  using Keys = std::unordered_map<std::string_view, const FlatEntity*>;

  Index(Document& document, Problems& problems, const std::vector<FlatEntity>& flat) : document_(document), walk_(problems) {
    for (const FlatEntity& entity : flat) ++counts_[entity.kind];
  }

  void add(const std::vector<FlatEntity>& flat, const FlatEntity& entity) {
    bool told = false;
    for (const Shape* field : entity.kind->unique_fields)
      if (std::string_view key = entity.text(field->name); !key.empty()) told |= check(flat, entity, keys(*entity.kind, field->name), key, field->name, field->secret || entity.find(field->name)->from_secret);
    // Two of one name have one id, unless the document gives them others: the name says it all.
    const Value* id = entity.find("id");
    Keys& ids = keys(*entity.kind, "id");
    if (told && (id == nullptr || id->place.line == 0))
      ids.emplace(entity.id, &entity);
    else
      check(flat, entity, ids, entity.id, "primary key", false);
  }

  const FlatEntity* find(const EntityShape& kind, std::string_view wanted) {
    if (!kind.endpoint_key.empty())
      if (const Shape* field = kind.shape->field(kind.endpoint_key); field != nullptr && field->unique) {
        Keys& by_key = keys(kind, kind.endpoint_key);
        if (auto found = by_key.find(wanted); found != by_key.end()) return found->second;
      }
    Keys& by_id = keys(kind, "id");
    auto found = by_id.find(wanted);
    return found == by_id.end() ? nullptr : found->second;
  }

 private:
  struct Slot {
    const EntityShape* kind;
    std::string_view field;
    Keys keys;
  };

  // A few dozen at most, so a search through them costs less than hashing their names.
  Keys& keys(const EntityShape& kind, std::string_view field) {
    for (const auto& slot : slots_)
      if (slot->kind == &kind && slot->field == field) return slot->keys;
    slots_.push_back(std::make_unique<Slot>(Slot{&kind, field, {}}));
    slots_.back()->keys.reserve(counts_[&kind]);
    return slots_.back()->keys;
  }

  std::string where(Place place) const {
    const std::string file = place.file < document_.files.size() ? document_.files[place.file] : "";
    return file + ":" + std::to_string(place.line) + ":" + std::to_string(place.column);
  }

  // Whether there was something to tell.
  bool check(const std::vector<FlatEntity>& flat, const FlatEntity& entity, Keys& known, std::string_view key, std::string_view what, bool secret) {
    auto [existing, fresh] = known.emplace(key, &entity);
    if (fresh) return false;
    stand_at(walk_, flat, entity);
    // The place of the key itself where it is written down; the whole entry where it was made.
    const Value* given = entity.find(what == "primary key" ? "id" : what);
    walk_.entity_error(given != nullptr && given->place.line != 0 ? given->place : entity.place,
                       std::string(uniqueness_violation) + std::string(entity.kind->collection) + "' entity with " +
                           std::string(what) + " set to '" + std::string(secret ? secret_mask : key) +
                           "' already declared",
                       "the first is at " + where(existing->second->place));
    return true;
  }

  Document& document_;
  Walk walk_;
  std::unordered_map<const EntityShape*, size_t> counts_;
  std::vector<std::unique_ptr<Slot>> slots_;
};

// A reference is a name, an id, or an object with one of them.
std::string_view wanted_of(const Value& reference, const EntityShape& kind) {
  if (reference.is_text()) return reference.as_text();
  for (std::string_view name : {std::string_view("id"), kind.endpoint_key, std::string_view("name"), std::string_view("username")})
    if (const Value* value = name.empty() ? nullptr : reference.find(name); value != nullptr && value->is_text()) return value->as_text();
  return {};
}

Value reference_to(std::string_view id, Place place, Arena& arena) {
  const Member member{"id", place, Value::text(id)};
  Value reference = arena.object({&member, 1});
  reference.place = place;
  return reference;
}

}  // namespace

void give_ids(std::vector<FlatEntity>& flat, Arena& arena) {
  for (FlatEntity& entity : flat) {
    entity.id = entity.text("id");
    if (!entity.id.empty()) continue;
    entity.id = arena.copy(new_id(entity, flat));
    entity.set("id", Value::text(entity.id), arena);
  }
}

void resolve_references(std::vector<FlatEntity>& flat, Document& document, Problems& problems) {
  Index index(document, problems, flat);
  for (const FlatEntity& entity : flat)
    if (!entity.dropped) index.add(flat, entity);
  Walk walk(problems);
  for (FlatEntity& entity : flat) {
    if (entity.dropped) continue;
    for (const Shape* field : entity.kind->references) {
      Value* given = entity.find(field->name);
      if (given == nullptr || given->is_null()) continue;
      const FlatEntity* parent = entity.parent >= 0 && entity.parent_field == field->name ? &flat[static_cast<size_t>(entity.parent)] : nullptr;
      if (parent != nullptr && !entity.link_given) {
        *given = reference_to(parent->id, given->place, document.arena);
        continue;
      }
      const EntityShape* kind = shapes().entity(field->foreign);
      if (kind == nullptr || !(given->is_text() || given->is_object())) continue;
      const std::string_view wanted = wanted_of(*given, *kind);
      const bool hidden = given->from_secret;
      const FlatEntity* target = index.find(*kind, wanted);
      if (target != nullptr && (parent == nullptr || parent == target)) {
        *given = reference_to(target->id, given->place, document.arena);
        continue;
      }
      stand_at(walk, flat, entity);
      walk.enter(field->name);
      if (target != nullptr)
        walk.error(given->place, "value must be null", "the entry stands inside another of '" + std::string(field->foreign) + "'");
      else
        walk.error(given->place, std::string(invalid_reference) + std::string(field->name) + ": " +
                                     std::string(hidden ? secret_mask : wanted) + "' (no such entry in '" +
                                     std::string(field->foreign) + "')");
    }
  }
}

}  // namespace schema
