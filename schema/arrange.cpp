#include "schema/arrange.h"

#include <algorithm>

#include "schema/shape.h"
#include "schema/yaml_writer.h"

namespace schema {

namespace {

constexpr size_t unknown_rank = 10'000;

size_t position(std::initializer_list<std::string_view> names, std::string_view name) {
  return static_cast<size_t>(std::find(names.begin(), names.end(), name) - names.begin());
}

class Arranger {
 public:
  Arranger(Arena& arena, bool sort_entities) : arena_(arena), sort_entities_(sort_entities) {}

  Value document(const Value& root) {
    if (!root.is_object()) return root;
    std::vector<Ranked> ranked;
    for (const Member& member : root.members()) {
      const EntityShape* kind = shapes().entity(member.name);
      const Value value = kind != nullptr ? entities(*kind, member.value) : member.value;
      ranked.push_back({document_rank(member.name, kind), {member.name, member.name_place, value}});
    }
    return record(root, ranked);
  }

 private:
  struct Ranked {
    size_t rank;
    Member member;
  };

  static size_t document_rank(std::string_view name, const EntityShape* kind) {
    if (is_merge_key(name)) return 0;
    if (const size_t at = position({"_format_version", "_transform", "_comment", "_ignore", "_workspace", "_konnect", "_info", "_plugin_configs"}, name); at < 8) return 1 + at;
    return kind != nullptr ? 100 + static_cast<size_t>(kind - shapes().entities().data()) : unknown_rank;
  }

  // What names an entity comes first, what hangs below it last.
  static size_t entity_rank(const EntityShape& kind, std::string_view name) {
    if (is_merge_key(name)) return 0;
    if (const size_t at = position({"_comment", "_ignore", "name", "username", "custom_id", "target", "prefix", "id", "instance_name"}, name); at < 9) {
      // The parts of a name's own kind only: a vault is called by its prefix, a consumer by its username.
      if (name.front() == '_' || kind.shape->field(name) != nullptr) return 1 + at;
    }
    if (kind.shape->shorthand(name) != nullptr && kind.shape->field(name) == nullptr) return 50;
    if (name == "tags") return 3'000;
    if (name == "created_at" || name == "updated_at") return 3'001;
    if (name == "_config") return field_rank(*kind.shape, "config") - 1;
    for (size_t i = 0; i < kind.nested.size(); ++i)
      if (kind.nested[i].key == name) return unknown_rank + 1 + i;
    return field_rank(*kind.shape, name);
  }

  static size_t field_rank(const Shape& shape, std::string_view name) {
    if (is_merge_key(name)) return 0;
    size_t rank = 100;
    for (const auto* fields : {&shape.fields, &shape.expressions_fields, &shape.shorthands})
      for (const Shape* field : *fields) {
        rank += 2;
        if (field->name == name) return rank;
      }
    return unknown_rank;
  }

  Value entities(const EntityShape& kind, const Value& list) {
    if (!list.is_array()) return list;
    std::vector<Value> items;
    for (const Value& item : list.items()) items.push_back(item.is_object() ? entity(kind, item) : item);
    if (sort_entities_) {
      const auto name = [&](const Value& item) {
        const std::string_view own = text(item, kind.endpoint_key.empty() ? "name" : kind.endpoint_key);
        return own.empty() ? text(item, "id") : own;
      };
      std::stable_sort(items.begin(), items.end(), [&](const Value& a, const Value& b) { return name(a) < name(b); });
    }
    Value sorted = arena_.array(items);
    sorted.place = list.place;
    return sorted;
  }

  static std::string_view text(const Value& record, std::string_view name) {
    const Value* value = record.find(name);
    return value != nullptr && value->is_text() ? value->as_text() : std::string_view();
  }

  Value entity(const EntityShape& kind, const Value& item) {
    const PluginShape* plugin = kind.collection == "plugins" ? shapes().plugin(text(item, "name")) : nullptr;
    std::vector<Ranked> ranked;
    for (const Member& member : item.members()) {
      Value value = member.value;
      const Nesting* child = nullptr;
      for (const Nesting& one : kind.nested)
        if (one.key == member.name) child = &one;
      const Shape* field = plugin != nullptr && member.name == "config" ? plugin->config : kind.shape->field(member.name);
      if (child != nullptr && shapes().entity(child->entity) != nullptr)
        value = entities(*shapes().entity(child->entity), value);
      else if (field != nullptr)
        value = below(*field, value);
      ranked.push_back({entity_rank(kind, member.name), {member.name, member.name_place, value}});
    }
    return record(item, ranked);
  }

  Value below(const Shape& shape, const Value& value) {
    if (value.is_array() && shape.items != nullptr) {
      std::vector<Value> items;
      for (const Value& item : value.items()) items.push_back(below(*shape.items, item));
      Value list = arena_.array(items);
      list.place = value.place;
      return list;
    }
    if (!value.is_object() || (shape.fields.empty() && shape.items == nullptr)) return value;
    std::vector<Ranked> ranked;
    for (const Member& member : value.members()) {
      const Shape* field = shape.type == Type::map ? shape.items : shape.field(member.name);
      const Value inner = field != nullptr ? below(*field, member.value) : member.value;
      // The keys of a map are the author's own: they stay in their order.
      ranked.push_back({shape.type == Type::map ? 0 : field_rank(shape, member.name), {member.name, member.name_place, inner}});
    }
    return record(value, ranked);
  }

  Value record(const Value& original, std::vector<Ranked>& ranked) {
    std::stable_sort(ranked.begin(), ranked.end(), [](const Ranked& a, const Ranked& b) { return a.rank < b.rank; });
    std::vector<Member> members;
    for (const Ranked& one : ranked) members.push_back(one.member);
    Value value = arena_.object(members);
    value.place = original.place;
    return value;
  }

  Arena& arena_;
  bool sort_entities_;
};

}  // namespace

Value arranged(const Value& document, Arena& arena, bool sort_entities) { return Arranger(arena, sort_entities).document(document); }

}  // namespace schema
