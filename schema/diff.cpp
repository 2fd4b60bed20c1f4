#include "schema/diff.h"

#include <algorithm>
#include <unordered_map>

#include "schema/check.h"
#include "schema/dump.h"
#include "schema/masked.h"
#include "schema/naming.h"

namespace schema {

namespace {

using Pair = std::pair<const Entity*, const Entity*>;

bool is_unset(const Value* value) { return value == nullptr || value->is_null(); }

const Value* member_of(const Value* record, std::string_view name) { return record != nullptr && record->is_object() ? record->find(name) : nullptr; }

bool is_written(const Entity& entity) {
  const Value* id = entity.given.find("id");
  return id != nullptr && id->place.line != 0;
}

// What a node knows of an entity beyond its configuration (counters, health, turns) hangs on its id: with another one it is another entity.
bool has_another_id(const Entity& before, const Entity& after) { return is_written(before) && is_written(after) && before.id != after.id; }

const Shape* config_of(const Entity& entity) {
  const Value* name = entity.given.find("name");
  if (entity.shape->name != "plugins" || name == nullptr || !name->is_text()) return nullptr;
  const PluginShape* plugin = shapes().plugin(name->as_text());
  return plugin != nullptr ? plugin->config : nullptr;
}

class Differ {
 public:
  Differ(const Config& from, const Config& to) : from_(from), to_(to), from_names_(from), to_names_(to) {}

  Diff run() {
    for (const EntityShape& kind : shapes().entities())
      if (kind.collection != "workspaces") compare_collection(kind);
    Diff result;
    result.arena = std::move(arena_);
    result.changes.assign(std::make_move_iterator(removed_.rbegin()), std::make_move_iterator(removed_.rend()));
    std::move(others_.begin(), others_.end(), std::back_inserter(result.changes));
    return result;
  }

 private:
  static const std::vector<Entity>& list_of(const Config& config, std::string_view collection) {
    static const std::vector<Entity> none;
    const auto found = config.entities.find(collection);
    return found == config.entities.end() ? none : found->second;
  }

  // By key; of several with one key that with the same id, else the next in order. Who finds no key is found by its id: it was renamed. Ids that
  // were written down on both sides and differ keep two entities apart.
  void compare_collection(const EntityShape& kind) {
    const auto& before = list_of(from_, kind.collection);
    const auto& after = list_of(to_, kind.collection);
    std::vector<const Entity*> matched(before.size(), nullptr);
    std::unordered_map<std::string_view, const Entity*> by_id;  // those of `after` that are still free
    for (const Entity& entity : after) by_id.emplace(entity.id, &entity);
    auto match = [&](size_t i, const Entity* entity) {
      matched[i] = entity;
      by_id.erase(entity->id);
    };
    for (size_t i = 0; i < before.size(); ++i)
      if (auto same = by_id.find(before[i].id); same != by_id.end() && from_names_.key(before[i]) == to_names_.key(*same->second)) match(i, same->second);
    std::unordered_multimap<std::string_view, const Entity*> by_key;
    // Of equal keys a multimap gives the last one put in first.
    for (auto entity = after.rbegin(); entity != after.rend(); ++entity)
      if (by_id.count(entity->id) != 0) by_key.emplace(to_names_.key(*entity), &*entity);
    for (size_t i = 0; i < before.size() && !by_key.empty(); ++i) {
      if (matched[i] != nullptr) continue;
      const auto [first, last] = by_key.equal_range(from_names_.key(before[i]));
      const auto found = std::find_if(first, last, [&](const auto& named) { return !has_another_id(before[i], *named.second); });
      if (found == last) continue;
      match(i, found->second);
      by_key.erase(found);
    }
    for (size_t i = 0; i < before.size() && !by_id.empty(); ++i)
      if (auto same = matched[i] == nullptr ? by_id.find(before[i].id) : by_id.end(); same != by_id.end()) match(i, same->second);
    for (size_t i = 0; i < before.size(); ++i) {
      if (matched[i] == nullptr)
        removed_.push_back({ChangeKind::remove, kind.collection, from_names_.shown(before[i]), &before[i], nullptr, {}});
      else
        compare(kind, before[i], *matched[i]);
    }
    for (const Entity& entity : after)
      if (by_id.count(entity.id) != 0) others_.push_back({ChangeKind::create, kind.collection, to_names_.shown(entity), nullptr, &entity, {}});
  }

  void compare(const EntityShape& kind, const Entity& before, const Entity& after) {
    // Filled in here and forgotten at once where nothing differs.
    Arena scratch;
    DumpOptions options;
    options.timestamps = false;
    const Value old_value = to_value(before, scratch, options), new_value = to_value(after, scratch, options);
    fields_.clear();
    for (const Shape* field : kind.shape->fields) {
      const Value* a = old_value.find(field->name);
      const Value* b = new_value.find(field->name);
      if (field->name == "id") continue;
      const Shape* config = field->name == "config" ? config_of(after) : nullptr;
      compare_value(config != nullptr ? config : field, a, b, std::string(field->name), false);
    }
    for (const Shape* field : kind.shape->expressions_fields) compare_value(field, old_value.find(field->name), new_value.find(field->name), std::string(field->name), false);
    if (!fields_.empty()) others_.push_back({ChangeKind::update, kind.collection, to_names_.shown(after), &before, &after, std::move(fields_)});
  }

  void compare_value(const Shape* shape, const Value* a, const Value* b, const std::string& path, bool secret) {
    secret = secret || (shape != nullptr && shape->secret);
    if (is_unset(a) && is_unset(b)) return;
    if (shape != nullptr && !shape->foreign.empty()) {
      if (!same_reference(a, b)) add(shape, path, a, b, secret);
    } else if (!is_unset(a) && !is_unset(b) && a->is_object() && b->is_object()) {
      compare_members(shape, *a, *b, path, secret);
    } else if (!is_unset(a) && !is_unset(b) && a->is_array() && b->is_array()) {
      compare_items(shape, *a, *b, path, secret);
    } else if (is_unset(a) || is_unset(b) || !(equal(*a, *b) || same_id(*a, *b))) {
      add(shape, path, a, b, secret);
    }
  }

  static const Shape* member_shape(const Shape* shape, std::string_view name) {
    return shape == nullptr ? nullptr : shape->type == Type::map ? shape->items : shape->field(name);
  }

  void compare_members(const Shape* shape, const Value& a, const Value& b, const std::string& path, bool secret) {
    for (const Member& member : a.members()) compare_value(member_shape(shape, member.name), &member.value, member_of(&b, member.name), path + "." + std::string(member.name), secret);
    for (const Member& member : b.members())
      if (a.find(member.name) == nullptr) compare_value(member_shape(shape, member.name), nullptr, &member.value, path + "." + std::string(member.name), secret);
  }

  void compare_items(const Shape* shape, const Value& a, const Value& b, const std::string& path, bool secret) {
    const auto old_items = a.items(), new_items = b.items();
    auto holds = [&](std::span<Value> list, const Value& item) {
      return std::any_of(list.begin(), list.end(), [&](const Value& one) { return equal(one, item); });
    };
    // The order of a set has no meaning.
    if (shape != nullptr && shape->type == Type::set && old_items.size() == new_items.size() &&
        std::all_of(old_items.begin(), old_items.end(), [&](const Value& item) { return holds(new_items, item); }))
      return;
    const bool records = !old_items.empty() && old_items[0].is_object();
    if (records && old_items.size() == new_items.size()) {
      for (size_t i = 0; i < old_items.size(); ++i)
        compare_value(shape != nullptr ? shape->items : nullptr, &old_items[i], &new_items[i], path + "." + std::to_string(i), secret);
      return;
    }
    bool same = old_items.size() == new_items.size();
    for (size_t i = 0; same && i < old_items.size(); ++i) same = equal(old_items[i], new_items[i]) || same_id(old_items[i], new_items[i]);
    if (!same) add(shape, path, &a, &b, secret || (shape != nullptr && shape->items != nullptr && shape->items->secret));
  }

  // Two ids are the same when they are those of the same thing.
  bool same_id(const Value& a, const Value& b) {
    if (!a.is_text() || !b.is_text()) return false;
    const Entity* before = from_names_.of_id(a.as_text());
    const Entity* after = to_names_.of_id(b.as_text());
    return before != nullptr && after != nullptr && before->shape == after->shape && (before->id == after->id || from_names_.key(*before) == to_names_.key(*after));
  }

  bool same_reference(const Value* a, const Value* b) {
    const Value* old_id = member_of(a, "id");
    const Value* new_id = member_of(b, "id");
    if (is_unset(old_id) || is_unset(new_id)) return is_unset(old_id) && is_unset(new_id);
    return equal(*old_id, *new_id) || same_id(*old_id, *new_id);
  }

  // The values outlive the scratch they were filled into. What the shape calls secret is marked, however deep it lies.
  Value kept(const Shape* shape, const Value& value) {
    Value copy = value;
    if (value.is_array()) {
      std::vector<Value> items;
      for (const Value& item : value.items()) items.push_back(kept(shape != nullptr ? shape->items : nullptr, item));
      copy = arena_.array(items);
    } else if (value.is_object()) {
      std::vector<Member> members;
      for (const Member& member : value.members()) members.push_back({member.name, member.name_place, kept(member_shape(shape, member.name), member.value)});
      copy = arena_.object(members);
    }
    copy.from_secret = value.from_secret || (shape != nullptr && shape->secret);
    return copy;
  }

  // A node does not know that a value came from somebody's environment: what it had before is as secret as what
  // replaces it.
  void add(const Shape* shape, const std::string& path, const Value* a, const Value* b, bool secret) {
    secret = secret || (!is_unset(a) && !is_unset(b) && (any_marked(*a) || any_marked(*b)));
    const Value before = a != nullptr ? kept(shape, *a) : Value(), after = b != nullptr ? kept(shape, *b) : Value();
    fields_.push_back({path, before, after, secret || before.from_secret || after.from_secret});
  }

  const Config& from_;
  const Config& to_;
  Naming from_names_, to_names_;
  Arena arena_;
  std::vector<FieldChange> fields_;
  std::vector<Change> removed_, others_;
};

}  // namespace

size_t Diff::count(ChangeKind kind) const {
  return static_cast<size_t>(std::count_if(changes.begin(), changes.end(), [&](const Change& change) { return change.kind == kind; }));
}

Diff diff(const Config& from, const Config& to) { return Differ(from, to).run(); }

}  // namespace schema
