#include "schema/kong_errors.h"

#include <algorithm>
#include <memory>

#include "schema/emit.h"
#include "schema/flatten.h"
#include "schema/identity.h"
#include "schema/report.h"
#include "schema/uuid.h"

namespace schema {

namespace {

// A level of the tree; keys in the order of the report, positions from 1.
struct Node {
  std::vector<std::pair<std::string, std::unique_ptr<Node>>> inner;
  std::vector<std::string> entity;
  std::string message;
  bool positions = false;  // the keys are numbers
  bool listed = false;     // the message stands in a list of its own

  Node& at(const std::string& key);
  std::string text();
};

Node& Node::at(const std::string& key) {
  for (auto& [name, node] : inner)
    if (name == key) return *node;
  return *inner.emplace_back(key, std::make_unique<Node>()).second;
}

std::string Node::text() {
  if (inner.empty() && entity.empty()) return listed ? "[" + json_quoted(message) + "]" : json_quoted(message);
  if (positions)
    std::sort(inner.begin(), inner.end(), [](const auto& a, const auto& b) { return a.first.size() != b.first.size() ? a.first.size() < b.first.size() : a.first < b.first; });
  bool whole = positions && entity.empty();
  for (size_t i = 0; i < inner.size(); ++i) whole = whole && inner[i].first == std::to_string(i + 1);
  std::string out(1, whole ? '[' : '{');
  if (!entity.empty()) {
    out += "\"@entity\":[";
    for (size_t i = 0; i < entity.size(); ++i) out += (i == 0 ? "" : ",") + json_quoted(entity[i]);
    out += "]";
  }
  for (auto& [name, node] : inner) {
    if (out.size() > 1) out += ',';
    if (!whole) out += json_quoted(name) + ":";
    out += node->text();
  }
  return out + (whole ? ']' : '}');
}

bool is_reference_fault(const Problem& problem) { return problem.what.starts_with(invalid_reference); }
bool is_double(const Problem& problem) { return problem.what.starts_with(uniqueness_violation); }

// The collection of the entity a problem is about: the last name before a position.
std::string collection_of(const Path& path) {
  std::string collection;
  for (size_t i = 0; i + 1 < path.size(); ++i)
    if (std::holds_alternative<std::string>(path[i]) && std::holds_alternative<size_t>(path[i + 1]) &&
        shapes().entity(std::get<std::string>(path[i])) != nullptr)
      collection = std::get<std::string>(path[i]);
  return collection;
}

// Doubles of a name are keyed by their position, as that name is another's; what is told of any other double is keyed by name.
std::string key_of(const Problem& problem, const Path& path) {
  const std::string position = path.size() > 1 && std::holds_alternative<size_t>(path[1]) ? std::to_string(std::get<size_t>(path[1]) + 1) : std::string();
  // The name of a plugin is no key: many share it.
  if (problem.entity_name.empty() || problem.entity_type == "plugin" || (is_double(problem) && problem.what.find("set to '" + problem.entity_name + "'") != std::string::npos)) return position;
  return problem.entity_name;
}

void place(Node& root, const Problem& problem) {
  Node* node = &root;
  for (const Step& step : problem.path) {
    const bool position = std::holds_alternative<size_t>(step);
    node->positions = position;
    node = &node->at(position ? std::to_string(std::get<size_t>(step) + 1) : std::get<std::string>(step));
  }
  if (problem.path.empty())
    root.at("error").message = problem.what;
  else if (is_reference_fault(problem))
    node->at("id").message = "missing primary key";
  else if (problem.entity)
    node->entity.push_back(problem.what);
  else
    node->message = problem.what;
}

void place_late(Node& root, const Problem& problem) {
  const std::string collection = collection_of(problem.path);
  Node& list = root.at(collection);
  Node& entry = list.at(key_of(problem, problem.path));
  entry.message = problem.what;
  entry.listed = is_reference_fault(problem);
}

bool is_error(const Problem& problem) { return problem.severity == Severity::error; }

// --- flattened errors

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

// How many steps of the path lead to the nearest entity; 0: none.
size_t entity_steps(const Path& path) {
  size_t steps = 0;
  const EntityShape* kind = nullptr;
  for (size_t i = 0; i + 1 < path.size(); i += 2) {
    if (!std::holds_alternative<std::string>(path[i]) || !std::holds_alternative<size_t>(path[i + 1])) break;
    const std::string& key = std::get<std::string>(path[i]);
    const EntityShape* next = nullptr;
    if (kind == nullptr) {
      next = shapes().entity(key);
    } else {
      for (const Nesting& nested : kind->nested)
        if (nested.key == key) next = shapes().entity(nested.entity);
    }
    if (next == nullptr) break;
    kind = next;
    steps = i + 2;
  }
  return steps;
}

const EntityShape* kind_at(const Path& path, size_t steps) {
  const EntityShape* kind = nullptr;
  for (size_t i = 0; i + 1 < steps; i += 2) {
    const std::string& key = std::get<std::string>(path[i]);
    if (kind == nullptr) {
      kind = shapes().entity(key);
      continue;
    }
    for (const Nesting& nested : kind->nested)
      if (nested.key == key) {
        kind = shapes().entity(nested.entity);
        break;
      }
  }
  return kind;
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
  const EntityShape* kind = kind_at(path, steps);
  const Value* given = value_at(document.root, path, steps);
  if (kind == nullptr || given == nullptr || !given->is_object()) return {};
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
  if (steps >= 4) {
    const EntityShape* parent_kind = kind_at(path, steps - 2);
    const Value* parent = value_at(document.root, path, steps - 2);
    const Value* id = parent != nullptr && parent->is_object() ? parent->find("id") : nullptr;
    if (parent_kind != nullptr && id != nullptr && id->is_text())
      for (const Nesting& nested : parent_kind->nested)
        if (nested.key == std::get<std::string>(path[steps - 2])) {
          const Member link{"id", {}, *id};
          members.push_back({nested.field, {}, arena.object({&link, 1})});
        }
  }
  return out + ",\"entity\":" + to_json_text(arena.object(members), 0, true) + ",\"errors\":[" + errors_of(problems, steps) + "]}";
}

}  // namespace

std::string fields_tree(const Problems& problems) {
  const auto& all = problems.all();
  const bool only_late = std::all_of(all.begin(), all.end(), [](const Problem& one) { return !is_error(one) || is_reference_fault(one) || is_double(one); });
  Node root;
  for (const Problem& problem : all) {
    if (!is_error(problem)) continue;
    if (only_late)
      place_late(root, problem);
    else if (!is_double(problem))
      place(root, problem);
  }
  return root.inner.empty() ? "{}" : root.text();
}

FlattenedErrors flattened_errors(const Problems& problems, const Document& document) {
  struct Group {
    Path path;
    std::vector<const Problem*> problems;
  };
  std::vector<Group> groups;
  Problems rest;
  for (const Problem& problem : problems.all()) {
    if (!is_error(problem)) continue;
    const size_t steps = entity_steps(problem.path);
    if (steps == 0) {
      rest.add(problem);
      continue;
    }
    const Path path(problem.path.begin(), problem.path.begin() + static_cast<std::ptrdiff_t>(steps));
    auto group = std::find_if(groups.begin(), groups.end(), [&](const Group& one) { return one.path == path; });
    if (group == groups.end()) group = groups.insert(groups.end(), {path, {}});
    group->problems.push_back(&problem);
  }
  FlattenedErrors errors;
  for (const Group& group : groups) {
    const std::string item = item_of(group.problems, group.path.size(), document);
    if (item.empty())
      for (const Problem* problem : group.problems) rest.add(*problem);
    else
      errors.flattened.append(errors.flattened.empty() ? "[" : ",").append(item);
  }
  errors.flattened = errors.flattened.empty() ? "[]" : errors.flattened + "]";
  errors.fields = fields_tree(rest);
  return errors;
}

}  // namespace schema
