#include "gateway/admin/writes.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "gateway/admin/refusal.h"
#include "schema/config.h"

namespace admin {

namespace {

using Json = nlohmann::ordered_json;

std::string_view name_of(Write write) {
  switch (write) {
    case Write::create: return "create";
    case Write::update: return "update";
    case Write::upsert: return "create or update";
    case Write::remove: return "remove";
  }
  return "";
}

// Form values are text; what reads as a number or a truth value was meant as one.
Json form_value(const std::string& text) {
  const Json parsed = Json::parse(text, nullptr, false);
  return parsed.is_number() || parsed.is_boolean() ? parsed : Json(text);
}

constexpr std::ptrdiff_t name_steps_max = 100;  // a step is a level of the entity

// a.b=1 is {a: {b: 1}}, a[]=1 and a[1]=1 append to a list.
void set_member(Json& object, std::string_view name, Json value) {
  const size_t dot = name.find('.');
  if (dot != name.npos) {
    Json& inner = object[std::string(name.substr(0, dot))];
    if (!inner.is_object()) inner = Json::object();
    return set_member(inner, name.substr(dot + 1), std::move(value));
  }
  const size_t bracket = name.find('[');
  if (bracket == name.npos) {
    object[std::string(name)] = std::move(value);
    return;
  }
  Json& list = object[std::string(name.substr(0, bracket))];
  if (!list.is_array()) list = Json::array();
  list.push_back(std::move(value));
}

bool entity_of(const Request& request, Json& entity, Answer& refusal) {
  entity = Json::object();
  if (request.body.empty() && request.parts.empty()) return true;
  if (request.content_type == "application/json") {
    entity = is_too_deep(request.body) ? Json() : Json::parse(request.body, nullptr, false);
    if (entity.is_object()) return true;
    refusal = message(400, "Cannot parse JSON body");
    return false;
  }
  Pairs members;
  if (!body_members(request, members)) {
    refusal = stock_page(415, "Unsupported Media Type");
    return false;
  }
  for (const auto& [name, text] : members) {
    if (std::count(name.begin(), name.end(), '.') > name_steps_max) return refusal = message(400, "Cannot parse form body"), false;
    set_member(entity, name, form_value(text));
  }
  return true;
}

// The violations of one entity alone: whether what it refers to exists is no matter of its schema.
FieldTree violations(const schema::EntityShape& kind, Json entity, std::string_view parent_field) {
  if (!parent_field.empty() && !entity.contains(parent_field)) entity[std::string(parent_field)] = {{"id", "00000000-0000-4000-8000-000000000000"}};
  Json document = {{"_format_version", "3.0"}};
  document[std::string(kind.collection)] = Json::array({std::move(entity)});
  schema::Problems problems;
  schema::Document refused;
  const std::string text = document.dump(-1, ' ', false, Json::error_handler_t::replace);
  schema::load({{"entity", text, schema::Syntax::json}}, problems, {}, &refused);
  schema::Problems own_problems;
  for (const schema::Problem& problem : problems.all()) {
    if (!problem.what.starts_with("invalid reference ")) own_problems.add(problem);
  }
  FieldTree tree = field_tree(own_problems, refused);
  FieldTree* list = tree.find(std::string(kind.collection));
  FieldTree* own = list == nullptr ? nullptr : list->at(1);
  return own == nullptr ? FieldTree() : std::move(*own);
}

Answer schema_violation(const FieldTree& tree) {
  const auto lines = tree.lines();
  std::string text = lines.size() == 1 ? "schema violation (" : std::to_string(lines.size()) + " schema violations (";
  for (size_t i = 0; i < lines.size(); ++i) text += (i == 0 ? "" : "; ") + lines[i];
  return json(400, "{\"message\":" + admin::quoted(text + ")") + ",\"name\":\"schema violation\",\"fields\":" + tree.json() + ",\"code\":2}");
}

}  // namespace

Answer refuse_write(const Request& request, const schema::EntityShape& kind, Write write, std::string_view key, std::string_view parent_field) {
  if (write == Write::create || write == Write::upsert) {
    Json entity;
    Answer refusal;
    if (!entity_of(request, entity, refusal)) return refusal;
    // PUT takes the name or the id from the path.
    if (!key.empty() && !looks_like_uuid(key) && !kind.endpoint_key.empty()) entity[std::string(kind.endpoint_key)] = std::string(key);
    if (!key.empty() && looks_like_uuid(key)) entity["id"] = std::string(key);
    const FieldTree tree = violations(kind, std::move(entity), parent_field);
    if (!tree.empty()) return schema_violation(tree);
  }
  std::string text = "cannot " + std::string(name_of(write)) + " '" + std::string(kind.collection) + "' entities ";
  if (!key.empty() && !looks_like_uuid(key) && !kind.endpoint_key.empty()) text += "by '" + std::string(kind.endpoint_key) + "' ";
  return coded(405, 12, "operation unsupported", text + "when not using a database");
}

Answer validate_entity(const Request& request, const schema::EntityShape& kind) {
  Json entity;
  Answer refusal;
  if (!entity_of(request, entity, refusal)) return refusal;
  const FieldTree tree = violations(kind, std::move(entity), {});
  return tree.empty() ? message(200, "schema validation successful") : schema_violation(tree);
}

}  // namespace admin
