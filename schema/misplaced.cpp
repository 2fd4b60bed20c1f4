#include "schema/misplaced.h"

#include <algorithm>

#include "schema/lineage.h"
#include "schema/validate.h"

namespace schema {

namespace {

using Names = std::vector<std::string_view>;

struct Level {
  std::string where;  // "it belongs ..."
  Names names;
};

void add_names(const Shape& shape, Names& names) {
  for (const Shape* one : shape.fields) names.push_back(one->name);
  for (const Shape* one : shape.shorthands) names.push_back(one->name);
}

Names names_of(const Shape& shape) {
  Names names;
  add_names(shape, names);
  return names;
}

// Its fields, and what may be nested in it.
Names names_of(const EntityShape& kind) {
  Names names = names_of(*kind.shape);
  for (const Nesting& one : kind.nested) names.push_back(one.key);
  return names;
}

Names names_at_top() {
  Names names{"_format_version", "_transform", "_comment", "_ignore", "_info", "_plugin_configs"};
  for (const EntityShape& one : shapes().entities())
    if (!one.internal) names.push_back(one.collection);
  return names;
}

std::string singular(std::string_view collection) {
  return std::string(collection.ends_with('s') ? collection.substr(0, collection.size() - 1) : collection);
}

bool holds(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// Records inside a record: "config" of a plugin, "redis" in that.
void add_inner_records(const Shape& shape, std::vector<Level>& levels) {
  for (const Shape* field : shape.fields)
    if (field->type == Type::record) levels.push_back({"belongs in " + std::string(field->name), names_of(*field)});
}

void add_plugin_settings(const Value& plugin, std::vector<Level>& levels) {
  const Value* name = plugin.find("name");
  const PluginShape* known = name != nullptr && name->is_text() ? shapes().plugin(name->as_text()) : nullptr;
  if (known != nullptr) levels.push_back({"belongs in config", names_of(*known->config)});
}

void add_children(const EntityShape& kind, std::vector<Level>& levels) {
  for (const Nesting& one : kind.nested)
    if (const EntityShape* child = shapes().entity(one.entity); child != nullptr && !child->internal)
      levels.push_back({"belongs to its " + std::string(one.key), names_of(*child)});
}

std::string told(std::string_view name, const Names& here, const std::vector<Level>& others) {
  std::string hint = nearest(name, here);
  for (const Level& level : others)
    if (holds(level.names, name))
      return hint.empty() ? "it " + level.where : hint + " " + std::string(name) + " " + level.where;
  if (!hint.empty()) return hint;
  for (const Level& level : others)
    if (hint = nearest(name, level.names); !hint.empty()) return hint + " it " + level.where;
  return {};
}

}  // namespace

std::string hint_for_unknown(const Path& path, const Shape& shape, const Value& record,
                             const std::vector<const Shape*>* replaced) {
  const std::vector<const EntityShape*> kinds = lineage(path);
  const std::string* name = path.empty() ? nullptr : std::get_if<std::string>(&path.back());
  if (kinds.empty() || name == nullptr) return {};
  const EntityShape& kind = *kinds.back();
  const bool of_entity = path.size() == 2 * kinds.size() + 1;
  Names here = of_entity ? names_of(kind) : names_of(shape);
  if (of_entity) add_names(shape, here);
  if (replaced != nullptr)
    for (const Shape* one : *replaced) here.push_back(one->name);

  std::vector<Level> others;
  add_inner_records(shape, others);
  if (of_entity && kind.collection == "plugins") add_plugin_settings(record, others);
  if (of_entity) add_children(kind, others);
  size_t above = kinds.size() - (of_entity ? 1 : 0);
  if (!of_entity)
    others.push_back({"belongs one level up, to the " + singular(kind.collection), names_of(kind)}), --above;
  for (; above > 0; --above)
    others.push_back(
        {"belongs to the " + singular(kinds[above - 1]->collection) + " around it", names_of(*kinds[above - 1])});
  others.push_back({"belongs to the top of the document", names_at_top()});
  return told(*name, here, others);
}

std::string hint_for_unknown_at_top(std::string_view name) {
  // A field that nearly every kind has says nothing.
  constexpr size_t kinds_max = 3;
  Level below;
  size_t kinds = 0;
  for (const EntityShape& kind : shapes().entities()) {
    if (kind.internal || !holds(names_of(kind), name)) continue;
    below.where += (++kinds == 1 ? "belongs to " : " or ") + std::string(kind.collection);
    below.names = {name};
  }
  std::vector<Level> others;
  if (kinds >= 1 && kinds <= kinds_max) others.push_back(std::move(below));
  return told(name, names_at_top(), others);
}

}  // namespace schema
