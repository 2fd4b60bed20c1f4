#include "schema/flatten.h"

#include <algorithm>

#include "schema/misplaced.h"

namespace schema {

namespace {

// id, created_at, updated_at, the parent, tags and one more.
constexpr size_t room_for_additions = 6;

class Flattener {
 public:
  Flattener(Document& document, Problems& problems) : document_(document), problems_(problems) {}

  std::vector<FlatEntity> run() {
    if (!document_.root.is_object()) return {};
    for (const Member& member : document_.root.members()) {
      const EntityShape* kind = shapes().entity(member.name);
      if (kind != nullptr && takes(*kind))
        take_list(*kind, member, -1, {});
      else if (member.name == "_comment")
        expect(member, member.value.is_text(), "expected a string");
      else if (member.name == "_ignore")
        expect(member, member.value.is_array(), "expected an array");
      else if (member.name == "_transform")
        expect(member, member.value.kind() == Kind::boolean, "expected a boolean");
      else if (!is_document_key(member.name))
        problems_.add({.place = member.name_place, .path = {std::string(member.name)}, .what = "unknown field", .hint = hint_for_unknown_at_top(member.name)});
    }
    return std::move(flat_);
  }

 private:
  static bool is_document_key(std::string_view name) {
    for (std::string_view known : {"_format_version", "_info", "_workspace", "_konnect", "_plugin_configs", "consumer_groups"})
      if (name == known) return true;
    return false;
  }

  // Internal ones may stand in an export; tags are made of the entities that have them.
  static bool takes(const EntityShape& kind) { return kind.collection != "tags" && kind.collection != "clustering_data_planes"; }

  void expect(const Member& member, bool good, std::string what) {
    if (!good) problems_.add({.place = member.value.place, .path = {std::string(member.name)}, .what = std::move(what)});
  }

  Path path_to(int parent, std::string_view key) {
    Walk walk(problems_);
    if (parent >= 0) stand_at(walk, flat_, flat_[static_cast<size_t>(parent)]);
    walk.enter(key);
    return walk.path();
  }

  void take_list(const EntityShape& kind, const Member& list, int parent, std::string_view field) {
    if (list.value.is_null()) return;
    if (!list.value.is_array()) return problems_.add({.place = list.value.place, .path = path_to(parent, list.name), .what = "expected an array"});
    uint32_t position = 0;
    flat_.reserve(flat_.size() + list.value.items().size());
    for (const Value& item : list.value.items()) {
      if (item.is_object()) {
        take(kind, item, list.name, position, parent, field);
      } else {
        Path path = path_to(parent, list.name);
        path.emplace_back(size_t{position});
        problems_.add({.place = item.place, .path = std::move(path), .what = "expected a record"});
      }
      ++position;
    }
  }

  void take(const EntityShape& kind, const Value& item, std::string_view key, uint32_t position, int parent, std::string_view field) {
    FlatEntity entity;
    entity.kind = &kind;
    entity.key = key;
    entity.position = position;
    entity.parent = parent;
    entity.parent_field = field;
    entity.place = item.place;
    const auto members = item.members();
    std::vector<std::pair<const Nesting*, const Member*>> children;
    for (const Member& member : members)
      for (const Nesting& one : kind.nested)
        if (one.key == member.name) children.emplace_back(&one, &member);
    entity.storage = document_.arena.make<Member>(members.size() - children.size() + room_for_additions);
    auto next_child = children.begin();
    for (const Member& member : members)
      if (next_child != children.end() && next_child->second == &member)
        ++next_child;
      else
        entity.storage[entity.used++] = member;
    take_parent(entity);
    flat_.push_back(entity);
    const int self = static_cast<int>(flat_.size()) - 1;
    for (const auto& [child, member] : children)
      if (const EntityShape* child_kind = shapes().entity(child->entity)) take_list(*child_kind, *member, self, child->field);
  }

  // The link to the parent stands in the record from the start, so that rules count it; its id comes later.
  void take_parent(FlatEntity& entity) {
    if (entity.parent < 0) return;
    const Value* given = entity.find(entity.parent_field);
    entity.link_given = given != nullptr && !given->is_null();
    if (entity.link_given) return;
    Value link = Value::object({});
    link.place = entity.place;
    entity.set(entity.parent_field, link, document_.arena);
  }

  Document& document_;
  Problems& problems_;
  std::vector<FlatEntity> flat_;
};

void enter_entity(Walk& walk, const std::vector<FlatEntity>& flat, const FlatEntity& entity) {
  if (entity.parent >= 0) enter_entity(walk, flat, flat[static_cast<size_t>(entity.parent)]);
  walk.enter(entity.key);
  walk.enter(size_t{entity.position});
}

// Reports and logs tell it, so it is no secret.
std::string_view name_to_show(const FlatEntity& entity) {
  for (std::string_view name : {entity.kind->endpoint_key, std::string_view("name"), std::string_view("id")}) {
    if (name.empty()) continue;
    const Shape* field = entity.kind->shape->field(name);
    const Value* value = entity.find(name);
    if (value == nullptr || !value->is_text() || value->from_secret || (field != nullptr && field->secret)) continue;
    return value->as_text();
  }
  return {};
}

}  // namespace

Value FlatEntity::value() const {
  Value record = Value::object(storage.first(used));
  record.place = place;
  return record;
}

Value* FlatEntity::find(std::string_view name) const {
  for (size_t i = 0; i < used; ++i)
    if (storage[i].name == name) return &storage[i].value;
  return nullptr;
}

std::string_view FlatEntity::text(std::string_view name) const {
  const Value* value = find(name);
  return value != nullptr && value->is_text() ? value->as_text() : std::string_view();
}

void FlatEntity::set(std::string_view name, Value value, Arena& arena) {
  if (Value* existing = find(name)) {
    *existing = value;
    return;
  }
  if (used == storage.size()) {
    auto larger = arena.make<Member>(used * 2 + room_for_additions);
    std::copy(storage.begin(), storage.end(), larger.begin());
    storage = larger;
  }
  storage[used++] = {name, place, value};
}

void FlatEntity::remove(std::string_view name) {
  auto kept = std::remove_if(storage.begin(), storage.begin() + static_cast<std::ptrdiff_t>(used), [&](const Member& member) { return member.name == name; });
  used = static_cast<size_t>(kept - storage.begin());
}

std::vector<FlatEntity> flatten(Document& document, Problems& problems) { return Flattener(document, problems).run(); }

void stand_at(Walk& walk, const std::vector<FlatEntity>& flat, const FlatEntity& entity) {
  walk.begin(entity.kind->collection, name_to_show(entity));
  enter_entity(walk, flat, entity);
}

}  // namespace schema
