#include "gateway/admin/refusal.h"

#include <algorithm>
#include <optional>

#include "gateway/admin/message.h"
#include "gateway/admin/value_json.h"
#include "schema/kong_errors.h"
#include "schema/report.h"
#include "schema/shape.h"

namespace admin {

namespace {

using schema::EntityShape;
using schema::Problem;
using schema::Value;

// The record of the document that a problem is about: its kind, its value and how many steps of the path lead to it.
struct Subject {
  const EntityShape* kind = nullptr;
  const Value* value = nullptr;
  size_t depth = 0;
};

const Value* item_of(const Value* list, const schema::Step& step) {
  const size_t* index = std::get_if<size_t>(&step);
  return list != nullptr && index != nullptr && list->is_array() && *index < list->items().size() ? &list->items()[*index] : nullptr;
}

// Follows collections and nested collections as far as they go.
std::optional<Subject> subject_of(const Problem& problem, const schema::Document& document) {
  Subject subject;
  const Value* record = document.root.is_object() ? &document.root : nullptr;
  for (size_t i = 0; i + 1 < problem.path.size() && record != nullptr; i += 2) {
    const std::string* key = std::get_if<std::string>(&problem.path[i]);
    if (key == nullptr) break;
    const EntityShape* kind = nullptr;
    if (subject.kind == nullptr) {
      kind = schema::shapes().entity(*key);
    } else {
      const auto& nested = subject.kind->nested;
      const auto found = std::find_if(nested.begin(), nested.end(), [&](const schema::Nesting& n) { return n.key == *key; });
      if (found != nested.end()) kind = schema::shapes().entity(found->entity);
    }
    const Value* item = kind == nullptr ? nullptr : item_of(record->find(*key), problem.path[i + 1]);
    if (item == nullptr) break;
    subject = {kind, item, i + 2};
    record = item->is_object() ? item : nullptr;
  }
  if (subject.kind == nullptr) return std::nullopt;
  return subject;
}

std::string text_member(const Value* record, std::string_view name) {
  const Value* value = record != nullptr && record->is_object() && !name.empty() ? record->find(name) : nullptr;
  return value != nullptr && value->is_text() ? std::string(value->as_text()) : std::string();
}

std::string entity_name(const Subject& subject) {
  std::string name = text_member(subject.value, "name");
  return name.empty() ? text_member(subject.value, subject.kind->endpoint_key) : name;
}

// Rules of a plugin's settings are told as rules of the plugin: their fields are named from there.
std::string hoisted(const std::string& what) {
  std::string out;
  bool inside = false;
  for (size_t i = 0; i < what.size(); ++i) {
    out += what[i];
    if (what[i] != '\'') continue;
    inside = !inside;
    if (inside && what.compare(i + 1, 7, "config.") != 0) out += "config.";
  }
  return out;
}

bool is_about_settings(const Problem& problem, const std::optional<Subject>& subject) {
  return problem.entity && subject && subject->kind->collection == "plugins" && problem.path.size() == subject->depth + 1 &&
         std::get_if<std::string>(&problem.path.back()) != nullptr && std::get<std::string>(problem.path.back()) == "config";
}

// A reference shows what was written: a name, or {"id":"..."}.
std::string reference_text(const Problem& problem, const std::optional<Subject>& subject) {
  const std::string* field = subject && problem.path.size() == subject->depth + 1 ? std::get_if<std::string>(&problem.path.back()) : nullptr;
  const Value* given = field != nullptr && subject->value->is_object() ? subject->value->find(*field) : nullptr;
  if (given == nullptr || !given->is_object()) return problem.what;
  const size_t start = problem.what.find(*field + ": "), end = problem.what.rfind("' (no such entry");
  if (start == std::string::npos || end == std::string::npos || end < start) return problem.what;
  return problem.what.substr(0, start + field->size() + 2) + value_json(*given) + problem.what.substr(end);
}

std::string document_error(const Problem& problem) {
  static constexpr std::string_view opening = "failed parsing declarative configuration: ";
  if (problem.place.line == 0) return problem.what;  // found while compiling, not while reading
  if (problem.what.find("expected a map") != std::string::npos) return std::string(opening) + "expected an object";
  return std::string(opening) + std::to_string(problem.place.line) + ":" + std::to_string(problem.place.column) + ": " + problem.what;
}

FieldTree& node_at(FieldTree& root, const schema::Path& path, size_t depth) {
  FieldTree* node = &root;
  for (size_t i = 0; i < depth; ++i) {
    const size_t* index = std::get_if<size_t>(&path[i]);
    node = index != nullptr ? &node->placed[*index + 1] : &node->named[std::get<std::string>(path[i])];
  }
  return *node;
}

void add(FieldTree& root, const Problem& problem, const std::optional<Subject>& subject) {
  if (problem.path.empty()) {
    FieldTree& error = root.named["error"];
    if (error.message.empty()) error.message = document_error(problem);
    return;
  }
  if (problem.what.starts_with("uniqueness violation:")) {
    // A second use of an id is told where it stands; of the key that entities are found by, by collection and position in its own list;
    // of another field, by collection and name.
    const size_t* index = std::get_if<size_t>(&problem.path.back());
    if (!subject || index == nullptr || problem.what.find("with primary key set") != std::string::npos) {
      node_at(root, problem.path, problem.path.size()).message = problem.what;
      return;
    }
    const bool by_key = problem.what.find("with " + std::string(subject->kind->endpoint_key) + " set") != std::string::npos;
    const std::string name = entity_name(*subject);
    FieldTree& collection = root.named[std::string(subject->kind->collection)];
    FieldTree& node = by_key || name.empty() ? collection.placed[*index + 1] : collection.named[name];
    node.message = problem.what;
    return;
  }
  if (problem.what.starts_with("invalid reference ") && subject) {
    std::string name = entity_name(*subject);
    if (name.empty()) name = text_member(subject->value, "id");
    FieldTree& collection = root.named[std::string(subject->kind->collection)];
    FieldTree& node = name.empty() ? collection.placed[std::get<size_t>(problem.path[subject->depth - 1]) + 1] : collection.named[name];
    node.placed[node.placed.size() + 1].message = problem.what;
    return;
  }
  FieldTree& node = node_at(root, problem.path, problem.path.size());
  if (problem.entity) return node.entity.push_back(problem.what);
  node.message = problem.what;
}

// A name used twice gives the same derived id twice: the name is what people can mend.
bool is_told_by_name(const Problem& problem, const schema::Problems& problems) {
  if (!problem.what.starts_with("uniqueness violation:") || problem.what.find("with primary key set") == std::string::npos) return false;
  return std::any_of(problems.all().begin(), problems.all().end(), [&](const Problem& other) {
    return &other != &problem && other.path == problem.path && other.what.starts_with("uniqueness violation:") && other.what != problem.what;
  });
}

bool is_told(const Problem& problem, const schema::Problems& problems) {
  return problem.severity == schema::Severity::error && !is_told_by_name(problem, problems);
}

// What is told, in the words of this API.
schema::Problems told(const schema::Problems& problems, const schema::Document& document) {
  schema::Problems out;
  for (const Problem& problem : problems.all()) {
    if (!is_told(problem, problems)) continue;
    const auto subject = subject_of(problem, document);
    Problem reworded = problem;
    if (is_about_settings(problem, subject)) {
      reworded.what = hoisted(problem.what);
      reworded.path.pop_back();
    } else {
      reworded.what = reference_text(problem, subject);
    }
    out.add(std::move(reworded));
  }
  return out;
}

std::string places_json(const schema::Problems& problems, const schema::Document& document) {
  std::string lines;
  for (const Problem& problem : problems.all()) {
    if (is_told(problem, problems)) lines += (lines.empty() ? "" : ",") + quoted(schema::report_line(problem, document));
  }
  return "[" + lines + "]";
}

}  // namespace

FieldTree field_tree(const schema::Problems& problems, const schema::Document& document) {
  const schema::Problems reworded = told(problems, document);
  FieldTree root;
  for (const Problem& problem : reworded.all()) add(root, problem, subject_of(problem, document));
  return root;
}

std::string refusal_body(const schema::Problems& problems, const schema::Document& document, bool flat, bool places) {
  const schema::Problems reworded = told(problems, document);
  FieldTree root;
  for (const Problem& problem : reworded.all()) {
    const auto subject = subject_of(problem, document);
    // In the flat form the tree keeps what belongs to no entity.
    if (!flat || !subject || !subject->value->is_object()) add(root, problem, subject);
  }
  std::string body = "{\"code\":14,\"fields\":" + root.json() + ",\"message\":" + quoted("declarative config is invalid: " + root.words()) +
                     ",\"name\":\"invalid declarative configuration\"";
  if (flat) {
    const std::string items = schema::flattened_errors(reworded, document);
    body += ",\"flattened_errors\":" + (items == "[]" ? std::string("{}") : items);  // an empty list is an object in the answers users know
  }
  if (places) body += ",\"problems\":" + places_json(problems, document);
  return body + "}";
}

std::string refused_json(const Refusal& refusal) {
  return "{\"at\":" + std::to_string(refusal.at_s) + ",\"source\":" + quoted(refusal.source) + ",\"problems\":" + std::to_string(refusal.problems) +
         ",\"first\":" + quoted(refusal.first) + "}";
}

}  // namespace admin
