#include "schema/flatten.h"

#include "schema/validate.h"

namespace schema {

namespace {

class Flattener {
 public:
  Flattener(Document& document, Problems& problems) : document_(document), problems_(problems) {}

  std::vector<FlatEntity> run() {
    for (const Member& member : document_.root.members()) {
      Path path{std::string(member.name)};
      const EntityShape* kind = shapes().entity(member.name);
      if (kind != nullptr && !kind->internal)
        take_list(*kind, member.value, path, -1, {});
      else if (!is_document_key(member.name))
        problems_.add({.place = member.name_place, .path = path, .what = "unknown field", .hint = nearest(member.name, known_keys())});
    }
    return std::move(flat_);
  }

 private:
  static bool is_document_key(std::string_view name) {
    for (std::string_view known : {"_format_version", "_transform", "_comment", "_ignore", "_info", "_workspace", "_konnect", "_plugin_configs", "consumer_groups"})
      if (name == known) return true;
    return false;
  }

  static std::vector<std::string_view> known_keys() {
    std::vector<std::string_view> known{"_format_version", "_transform", "_info"};
    for (const EntityShape& one : shapes().entities()) known.push_back(one.collection);
    return known;
  }

  void take_list(const EntityShape& kind, const Value& list, const Path& path, int parent, std::string_view field) {
    if (list.is_null()) return;
    if (!list.is_array()) return problems_.add({.place = list.place, .path = path, .what = "expected an array"});
    size_t position = 0;
    for (const Value& item : list.items()) {
      Path inner = path;
      inner.emplace_back(position++);
      if (!item.is_object())
        problems_.add({.place = item.place, .path = inner, .what = "expected a record"});
      else
        take(kind, item, std::move(inner), parent, field);
    }
  }

  void take(const EntityShape& kind, const Value& item, Path path, int parent, std::string_view field) {
    std::vector<Member> own;
    std::vector<std::pair<const Nesting*, const Member*>> nested;
    for (const Member& member : item.members()) {
      if (member.name == "_comment" || member.name == "_ignore") continue;
      const Nesting* child = nullptr;
      for (const Nesting& one : kind.nested)
        if (one.key == member.name && kind.shape->field(member.name) == nullptr) child = &one;
      if (child != nullptr)
        nested.emplace_back(child, &member);
      else
        own.push_back(member);
    }
    FlatEntity entity;
    entity.kind = &kind;
    entity.value = document_.arena.object(own);
    entity.value.place = item.place;
    entity.path = path;
    entity.parent = parent;
    entity.parent_field = field;
    flat_.push_back(std::move(entity));
    const int self = static_cast<int>(flat_.size()) - 1;
    for (const auto& [child, member] : nested) {
      Path inner = path;
      inner.emplace_back(std::string(member->name));
      if (const EntityShape* child_kind = shapes().entity(child->entity)) take_list(*child_kind, member->value, inner, self, child->field);
    }
  }

  Document& document_;
  Problems& problems_;
  std::vector<FlatEntity> flat_;
};

}  // namespace

std::vector<FlatEntity> flatten(Document& document, Problems& problems) { return Flattener(document, problems).run(); }

}  // namespace schema
