#include "schema/kong_errors.h"

#include <algorithm>

#include "schema/emit.h"
#include "schema/lineage.h"
#include "schema/report.h"
#include "schema/uuid.h"

namespace schema {

namespace {

const Value* value_at(const Value& root, const Path& path, size_t steps) {
  const Value* at = &root;
  for (size_t i = 0; i < steps && at != nullptr; ++i) {
    if (const auto* name = std::get_if<std::string>(&path[i]))
      at = at->is_object() ? at->find(*name) : nullptr;
    else
      at = at->is_array() && std::get<size_t>(path[i]) < at->items().size() ? &at->items()[std::get<size_t>(path[i])] : nullptr;
  }
  return at;
}

std::string dotted(const Path& path, size_t from) {
  std::string text;
  for (size_t i = from; i < path.size(); ++i) {
    if (!text.empty()) text += '.';
    text += std::holds_alternative<size_t>(path[i]) ? std::to_string(std::get<size_t>(path[i]) + 1) : std::get<std::string>(path[i]);
  }
  return text;
}

std::string_view text_of(const Value& record, std::string_view name) {
  const Value* value = record.find(name);
  return value != nullptr && value->is_text() && !value->from_secret ? value->as_text() : std::string_view();
}

std::string errors_of(const std::vector<const Problem*>& problems, size_t steps) {
  std::string out;
  for (const Problem* problem : problems) {
    out += out.empty() ? "{" : ",{";
    if (problem->entity)
      out += "\"type\":\"entity\",\"message\":" + json_quoted(problem->what) + "}";
    else
      out += "\"type\":\"field\",\"field\":" + json_quoted(dotted(problem->path, steps)) + ",\"message\":" + json_quoted(problem->what) + "}";
  }
  return out;
}

// One faulty entity: its kind and names as far as they are well formed, what the document says of it, its errors.
std::string item_of(const std::vector<const Problem*>& problems, size_t steps, const Document& document) {
  const Path& path = problems.front()->path;
  const std::vector<const EntityShape*> kinds = lineage(path);
  const EntityShape* kind = kinds.back();
  const Value* given = value_at(document.root, path, steps);
  if (given == nullptr || !given->is_object()) return {};
  std::string type(kind->collection);
  if (type.ends_with('s')) type.pop_back();
  std::string out = "{\"entity_type\":" + json_quoted(type);
  if (const std::string_view name = text_of(*given, "name"); !name.empty()) out += ",\"entity_name\":" + json_quoted(name);
  if (const std::string_view id = text_of(*given, "id"); is_uuid(id)) out += ",\"entity_id\":" + json_quoted(id);
  if (const Value* tags = given->find("tags"); tags != nullptr && tags->is_array() &&
      std::all_of(tags->items().begin(), tags->items().end(), [](const Value& tag) { return tag.is_text(); }))
    out += ",\"entity_tags\":" + to_json_text(*tags, 0, true);
  std::vector<Member> members;
  for (const Member& member : given->members()) {
    const bool child = std::any_of(kind->nested.begin(), kind->nested.end(), [&](const Nesting& nested) { return nested.key == member.name; });
    if (!child) members.push_back(member);
  }
  // A child tells its parent when that has an id.
  Arena arena;
  if (kinds.size() > 1) {
    const Value* parent = value_at(document.root, path, steps - 2);
    const Value* id = parent != nullptr && parent->is_object() ? parent->find("id") : nullptr;
    if (id != nullptr && id->is_text())
      for (const Nesting& nested : kinds[kinds.size() - 2]->nested)
        if (nested.key == std::get<std::string>(path[steps - 2])) {
          const Member link{"id", {}, *id};
          members.push_back({nested.field, {}, arena.object({&link, 1})});
        }
  }
  return out + ",\"entity\":" + to_json_text(arena.object(members), 0, true) + ",\"errors\":[" + errors_of(problems, steps) + "]}";
}

}  // namespace

std::string flattened_errors(const Problems& problems, const Document& document) {
  struct Group {
    Path path;
    std::vector<const Problem*> problems;
  };
  std::vector<Group> groups;
  for (const Problem& problem : problems.all()) {
    const size_t steps = 2 * lineage(problem.path).size();
    if (problem.severity != Severity::error || steps == 0) continue;
    const Path path(problem.path.begin(), problem.path.begin() + static_cast<std::ptrdiff_t>(steps));
    auto group = std::find_if(groups.begin(), groups.end(), [&](const Group& one) { return one.path == path; });
    if (group == groups.end()) group = groups.insert(groups.end(), {path, {}});
    group->problems.push_back(&problem);
  }
  std::string items;
  for (const Group& group : groups)
    if (const std::string item = item_of(group.problems, group.path.size(), document); !item.empty()) items.append(items.empty() ? "" : ",").append(item);
  return "[" + items + "]";
}

}  // namespace schema
