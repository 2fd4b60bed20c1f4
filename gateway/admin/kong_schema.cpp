#include "gateway/admin/kong_schema.h"

#include <nlohmann/json.hpp>

#include "gateway/admin/value_json.h"
#include "schema/config.h"

namespace admin {

namespace {

using Json = nlohmann::ordered_json;
using schema::Shape;
using schema::Value;

Json plain(const Value& value) { return Json::parse(value_json(value), nullptr, false); }

std::string_view type_name(schema::Type type) {
  switch (type) {
    case schema::Type::any: return "json";
    case schema::Type::text: return "string";
    case schema::Type::integer: return "integer";
    case schema::Type::number: return "number";
    case schema::Type::boolean: return "boolean";
    case schema::Type::array: return "array";
    case schema::Type::set: return "set";
    case schema::Type::record: return "record";
    case schema::Type::map: return "map";
    case schema::Type::foreign: return "foreign";
  }
  return "string";
}

// The limits that stand in the schema node, in the other vocabulary.
void add_limits(Json& out, const Value& node) {
  const Value *least = node.find("minimum"), *most = node.find("maximum");
  if (least != nullptr && most != nullptr) out["between"] = Json::array({plain(*least), plain(*most)});
  else if (least != nullptr) out["gt"] = plain(*least).get<double>() - 1;
  static constexpr std::pair<const char*, const char*> names[] = {{"exclusiveMinimum", "gt"}, {"enum", "one_of"}, {"minLength", "len_min"},
                                                                  {"minItems", "len_min"},    {"maxLength", "len_max"}, {"maxItems", "len_max"},
                                                                  {"const", "eq"},            {"x-prefix", "starts_with"}};
  for (const auto& [from, to] : names) {
    if (const Value* limit = node.find(from)) out[to] = plain(*limit);
  }
  if (const Value* empty = node.find("x-empty"); empty != nullptr && empty->as_boolean()) out["len_min"] = 0;
  const Value* never = node.find("not");
  if (never == nullptr || !never->is_object()) return;
  if (const Value* values = never->find("enum")) out["not_one_of"] = plain(*values);
  if (const Value* pattern = never->find("pattern")) out["match_none"] = Json::array({{{"pattern", plain(*pattern)}}});
}

Json field_json(const Shape& shape, bool element);

Json fields_json(const std::vector<const Shape*>& fields) {
  Json out = Json::array();
  for (const Shape* field : fields) out.push_back({{std::string(field->name), field_json(*field, false)}});
  return out;
}

Json path_json(std::string_view dotted) {
  Json path = Json::array();
  while (!dotted.empty()) {
    const size_t dot = std::min(dotted.find('.'), dotted.size());
    path.push_back(std::string(dotted.substr(0, dot)));
    dotted.remove_prefix(std::min(dot + 1, dotted.size()));
  }
  return path;
}

// Input-only names, and what they became.
Json shorthands_json(const std::vector<const Shape*>& shorthands) {
  Json out = Json::array();
  for (const Shape* shorthand : shorthands) {
    Json field = field_json(*shorthand, true);
    const Value *deprecated = shorthand->schema->find("x-deprecated"), *targets = shorthand->schema->find("x-maps-to");
    if (deprecated != nullptr && deprecated->is_object()) {
      Json about = {{"message", deprecated->find("message") != nullptr ? plain(*deprecated->find("message")) : Json("")}};
      if (targets != nullptr && targets->is_array()) {
        about["replaced_with"] = Json::array();
        for (const Value& target : targets->items()) about["replaced_with"].push_back({{"path", path_json(target.as_text())}});
      }
      if (const Value* removal = deprecated->find("removal")) about["removal_in_version"] = plain(*removal);
      field["deprecation"] = std::move(about);
    }
    out.push_back({{std::string(shorthand->name), std::move(field)}});
  }
  return out;
}

Json field_json(const Shape& shape, bool element) {
  Json out = {{"type", type_name(shape.type)}};
  if (shape.type == schema::Type::foreign) out["reference"] = std::string(shape.foreign);
  if (shape.automatic == "uuid") out["uuid"] = true;
  if (shape.automatic == "timestamp") out["timestamp"] = true;
  if (!shape.automatic.empty()) out["auto"] = true;
  if (!element && (shape.required || !shape.nullable)) out["required"] = true;
  if (shape.unique) out["unique"] = true;
  if (shape.referenceable) out["referenceable"] = true;
  if (shape.secret) out["encrypted"] = true;
  if (!shape.description.empty()) out["description"] = std::string(shape.description);
  if (shape.default_value != nullptr) out["default"] = plain(*shape.default_value);
  if (shape.schema != nullptr && shape.schema->is_object()) add_limits(out, *shape.schema);
  if (!shape.shorthands.empty()) out["shorthand_fields"] = shorthands_json(shape.shorthands);
  if (shape.type == schema::Type::record) out["fields"] = fields_json(shape.fields);
  if (shape.type == schema::Type::map && shape.keys != nullptr) out["keys"] = field_json(*shape.keys, true);
  if (shape.items != nullptr) out[shape.type == schema::Type::map ? "values" : "elements"] = field_json(*shape.items, true);
  return out;
}

Json match_json(const Value& schema) {
  Json out = Json::object();
  add_limits(out, schema);
  if (const Value* required = schema.find("x-required")) out["required"] = plain(*required);
  if (const Value* contains = schema.find("contains")) out["contains"] = contains->is_object() && contains->find("const") != nullptr ? plain(*contains->find("const")) : plain(*contains);
  return out;
}

Json prefixed(const Value& name, const std::string& prefix) { return prefix + (name.is_text() ? std::string(name.as_text()) : std::string()); }

Json prefixed_list(const Value* names, const std::string& prefix) {
  Json out = Json::array();
  if (names == nullptr || !names->is_array()) return out;
  for (const Value& name : names->items()) out.push_back(prefixed(name, prefix));
  return out;
}

Json conditional_json(const Value& check, const std::string& prefix) {
  Json out = Json::object();
  if (const Value* field = check.find("if_field")) out["if_field"] = prefixed(*field, prefix);
  if (const Value* match = check.find("if")) out["if_match"] = match_json(*match);
  if (const Value* field = check.find("then_field")) out["then_field"] = prefixed(*field, prefix);
  if (const Value* match = check.find("then")) out["then_match"] = match_json(*match);
  if (check.find("then_fields") != nullptr) out["then_at_least_one_of"] = prefixed_list(check.find("then_fields"), prefix);
  if (const Value* error = check.find("error")) out["then_err"] = plain(*error);
  return out;
}

// The rules over several fields; of a plugin they are told from the plugin's top: "config.allow".
Json checks_json(const Shape& shape, const std::string& prefix) {
  Json out = Json::array();
  const Value* checks = shape.schema != nullptr ? shape.schema->find("x-checks") : nullptr;
  if (checks == nullptr || !checks->is_array()) return out;
  for (const Value& check : checks->items()) {
    const std::string kind(check.find("kind")->as_text());
    if (kind == "custom") out.push_back({{"custom_entity_check", {{"field_sources", prefixed_list(check.find("fields"), prefix)}}}});
    else if (check.find("if_field") != nullptr) out.push_back({{kind, conditional_json(check, prefix)}});
    else out.push_back({{kind, prefixed_list(check.find("fields"), prefix)}});
  }
  return out;
}

Json protocol_names(uint16_t set) {
  static constexpr std::pair<uint16_t, const char*> all[] = {
      {schema::protocol_grpc, "grpc"}, {schema::protocol_grpcs, "grpcs"}, {schema::protocol_http, "http"}, {schema::protocol_https, "https"},
      {schema::protocol_tcp, "tcp"},   {schema::protocol_tls, "tls"},     {schema::protocol_tls_passthrough, "tls_passthrough"}, {schema::protocol_udp, "udp"}};
  Json out = Json::array();
  for (const auto& [bit, name] : all) {
    if ((set & bit) != 0) out.push_back(name);
  }
  return out;
}

std::string text(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace

std::string kong_schema(const schema::EntityShape& entity) {
  Json out = {{"fields", fields_json(entity.shape->fields)}, {"entity_checks", checks_json(*entity.shape, "")}};
  if (!entity.shape->shorthands.empty()) out["shorthand_fields"] = shorthands_json(entity.shape->shorthands);
  return text(out);
}

std::string kong_schema(const schema::PluginShape& plugin) {
  Json fields = Json::array();
  const auto nowhere = [&](const char* field, const char* collection) { fields.push_back({{field, {{"type", "foreign"}, {"eq", nullptr}, {"reference", collection}}}}); };
  if (!plugin.at_consumer) nowhere("consumer", "consumers");
  if (!plugin.at_service) nowhere("service", "services");
  if (!plugin.at_route) nowhere("route", "routes");
  const Json elements = {{"type", "string"}, {"one_of", protocol_names(plugin.protocols_allowed)}};
  fields.push_back({{"protocols", {{"type", "set"}, {"required", true}, {"default", protocol_names(plugin.protocols)}, {"elements", elements}}}});
  Json config = {{"type", "record"}, {"required", true}};
  if (!plugin.config->shorthands.empty()) config["shorthand_fields"] = shorthands_json(plugin.config->shorthands);
  config["fields"] = fields_json(plugin.config->fields);
  fields.push_back({{"config", std::move(config)}});
  return text({{"fields", std::move(fields)}, {"entity_checks", checks_json(*plugin.config, "config.")}});
}

}  // namespace admin
