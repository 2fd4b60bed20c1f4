#include "schema/variants.h"

#include <algorithm>

#include "schema/check.h"
#include "schema/protocols.h"
#include "schema/rule.h"

namespace schema {

namespace {

const Variant* variant_of(const Shape& shape, std::string_view name) {
  for (const Variant& variant : shape.variants)
    if (std::find(variant.names.begin(), variant.names.end(), name) != variant.names.end()) return &variant;
  return nullptr;
}

// 'a', 'b' or 'c', in the order of the alphabet.
std::string listed(std::vector<std::string_view> names) {
  std::sort(names.begin(), names.end());
  std::string text;
  for (size_t i = 0; i < names.size(); ++i)
    text.append(i == 0 ? "'" : i + 1 == names.size() ? " or '" : ", '").append(names[i]).append("'");
  return text;
}

const Variant* variant_of_route(const FlatEntity& route) {
  const Value* protocols = route.find("protocols");
  const bool given = protocols != nullptr && protocols->is_array() && !protocols->items().empty() && protocols->items()[0].is_text();
  return variant_of(*route.kind->shape, given ? protocols->items()[0].as_text() : std::string_view("http"));
}

bool is_true(const Value& value) { return value.kind() == Kind::boolean && value.as_boolean(); }

void check_scope(const FlatEntity& plugin, const PluginShape& shape, Walk& walk) {
  const std::pair<std::string_view, bool> scopes[] = {{"service", shape.at_service}, {"route", shape.at_route}, {"consumer", shape.at_consumer}};
  for (const auto& [field, allowed] : scopes) {
    if (allowed || (plugin.parent_field == field && !plugin.link_given)) continue;
    const Value* given = plugin.find(field);
    if (given == nullptr || given->is_null()) continue;
    walk.enter(field);
    walk.error(given->place, "value must be null", "plugin '" + std::string(shape.name) + "' cannot be bound to a " + std::string(field));
    walk.leave();
  }
}

void check_protocols(const FlatEntity& plugin, const PluginShape& shape, Walk& walk) {
  const Value* protocols = plugin.find("protocols");
  if (protocols == nullptr || !protocols->is_array()) return;
  walk.enter("protocols");
  size_t position = 0;
  for (const Value& protocol : protocols->items()) {
    walk.enter(position++);
    const uint16_t bit = protocol.is_text() ? protocol_of(protocol.as_text()) : 0;
    if (bit != 0 && (shape.protocols_allowed & bit) == 0) {
      std::string names;
      for (const Value& name : shape.config->schema->find("x-plugin")->find("protocols_allowed")->items()) names.append(names.empty() ? "" : ", ").append(name.as_text());
      walk.error(protocol.place, "expected one of: " + names);
    }
    walk.leave();
  }
  walk.leave();
}

}  // namespace

void validate_route(const FlatEntity& route, bool expressions_flavor, Walk& walk) {
  const Value record = route.value();
  const Shape& shape = *route.kind->shape;
  const size_t before = walk.errors();
  validate_record(shape, record, walk, expressions_flavor ? &shape.expressions_fields : nullptr);
  const Variant* variant = variant_of_route(route);
  if (variant == nullptr) return;
  for (const Shape* field : variant->fields) {
    const Value* given = record.find(field->name);
    if (given == nullptr || given->is_null()) continue;
    if (expressions_flavor && (field->name == "sources" || field->name == "destinations")) continue;
    // Fields of a variant either must stay unset or must not be true.
    if (field->schema->find("const") == nullptr && !is_true(*given)) continue;
    walk.enter(field->name);
    walk.error(given->place, "cannot set '" + std::string(field->name) + "' when 'protocols' is " + listed(variant->names));
    walk.leave();
  }
  const Value* expression = expressions_flavor ? record.find("expression") : nullptr;
  if (walk.errors() == before && (expression == nullptr || expression->is_null())) validate_rules(variant->rules, record, walk);
}

void validate_vault(const FlatEntity& vault, Walk& walk) {
  const std::string_view name = vault.text("name");
  const Variant* variant = variant_of(*vault.kind->shape, name);
  validate_record(*vault.kind->shape, vault.value(), walk, variant != nullptr ? &variant->fields : nullptr);
  if (variant != nullptr || name.empty()) return;
  walk.enter("name");
  walk.error(vault.find("name")->place, "vault '" + std::string(name) + "' is not installed");
  walk.leave();
}

void validate_plugin(const FlatEntity& plugin, Walk& walk) {
  validate_record(*plugin.kind->shape, plugin.value(), walk);
  const PluginShape* shape = shapes().plugin(plugin.text("name"));
  if (shape == nullptr) return;
  const Value* config = plugin.find("config");
  if (config != nullptr && !config->is_object()) return;
  Value nothing = Value::object({});
  nothing.place = plugin.place;
  validate_plugin_config(*shape->config, config != nullptr ? *config : nothing, walk);
  check_scope(plugin, *shape, walk);
  check_protocols(plugin, *shape, walk);
}

void settle_route(FlatEntity& route, Arena& arena) {
  const Variant* variant = variant_of_route(route);
  if (variant == nullptr) return;
  for (const Shape* field : variant->fields)
    if (field->default_value != nullptr && route.find(field->name) == nullptr) route.set(field->name, *field->default_value, arena);
}

}  // namespace schema
