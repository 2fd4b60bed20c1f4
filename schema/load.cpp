// The whole way from text to Config; each step is a file of its own.

#include <ctime>

#include "schema/check.h"
#include "schema/config.h"
#include "schema/flatten.h"
#include "schema/identity.h"
#include "schema/migrate.h"
#include "schema/shorthand.h"
#include "schema/typed.h"
#include "schema/validate.h"

namespace schema {

namespace {

std::string_view text_of(const Value& record, std::string_view name) {
  const Value* value = record.find(name);
  return value != nullptr && value->is_text() ? value->as_text() : std::string_view();
}

Walk walk_of(const FlatEntity& entity, Problems& problems) {
  std::string type(entity.kind->collection);
  if (type.ends_with('s')) type.pop_back();
  std::string_view name = text_of(entity.value, "name");
  if (name.empty() && !entity.kind->endpoint_key.empty()) name = text_of(entity.value, entity.kind->endpoint_key);
  return {problems, entity.path, std::move(type), std::string(name)};
}

void check_version(const Document& document, Problems& problems) {
  const Value* version = document.root.find("_format_version");
  auto report = [&](Place place, std::string what, std::string hint) {
    problems.add({.place = place, .path = {std::string("_format_version")}, .what = std::move(what), .hint = std::move(hint)});
  };
  if (version == nullptr) return report({1, 1, 0}, "required field missing", "write _format_version: \"3.0\"");
  if (!version->is_text()) return report(version->place, "expected a string", "put it in quotes: \"3.0\"");
  const std::string_view text = version->as_text();
  if (text != "1.1" && text != "2.1" && text != "3.0") report(version->place, "expected one of: 1.1, 2.1, 3.0", "");
}

// The variant of a route's fields that its protocols ask for: fields that must stay unset, and rules of its own.
void check_protocol_variant(const FlatEntity& entity, Walk& walk) {
  const Value* protocols = entity.value.find("protocols");
  const std::string_view first = protocols != nullptr && protocols->is_array() && !protocols->items().empty() && protocols->items()[0].is_text()
                                     ? protocols->items()[0].as_text() : std::string_view("http");
  for (const auto& [schema, rules] : entity.kind->shape->variants) {
    const Value& variant = *schema;
    std::string names;
    bool chosen = false;
    const auto list = variant.find("protocols")->items();
    for (size_t i = 0; i < list.size(); ++i) {
      chosen = chosen || list[i].as_text() == first;
      names.append(i == 0 ? "'" : i + 1 == list.size() ? " or '" : ", '").append(list[i].as_text()).append("'");
    }
    if (!chosen) continue;
    for (const Member& field : variant.find("fields")->members()) {
      const Value* given = entity.value.find(field.name);
      if (given == nullptr || given->is_null()) continue;
      const bool forbidden = field.value.find("const") != nullptr || (field.value.find("not") != nullptr && given->kind() == Kind::boolean && given->as_boolean());
      if (!forbidden) continue;
      walk.path.emplace_back(std::string(field.name));
      walk.error(given->place, "cannot set '" + std::string(field.name) + "' when 'protocols' is " + names);
      walk.path.pop_back();
    }
    validate_rules(rules, *entity.kind->shape, entity.value, walk);
    return;
  }
}

// Settings are checked by the plugin's own schema; a plugin that cannot run is refused here, by name and place, or left out.
void check_plugin(FlatEntity& entity, Document& document, Config& config, const LoadOptions& options, Walk& walk) {
  const Value* name = entity.value.find("name");
  if (name == nullptr || !name->is_text()) return;
  const PluginShape* plugin = shapes().plugin(name->as_text());
  const bool left_out = (plugin == nullptr || !plugin->built) && options.unknown_plugins == UnknownPlugins::skip;
  if (plugin != nullptr && !left_out) {
    if (const Value* settings = entity.value.find("config"); settings != nullptr && settings->is_object()) {
      walk.path.emplace_back(std::string("config"));
      Value expanded = expand_shorthands(*plugin->config, *settings, document.arena, walk);
      validate_record(*plugin->config, expanded, walk);
      walk.path.pop_back();
      entity.value = with_member(entity.value, "config", expanded, document.arena);
    } else {
      walk.path.emplace_back(std::string("config"));
      Value nothing = Value::object({});
      nothing.place = entity.value.place;
      validate_record(*plugin->config, nothing, walk);
      walk.path.pop_back();
    }
  }
  if (plugin != nullptr && plugin->built) return;
  if (left_out) {
    entity.dropped = true;
    const Place place = name->place;
    config.skipped_plugins.push_back(std::string(name->as_text()) + " at " + (place.file < document.files.size() ? document.files[place.file] : "") + ":" +
                                     std::to_string(place.line) + ":" + std::to_string(place.column));
    return;
  }
  walk.path.emplace_back(std::string("name"));
  if (plugin == nullptr)
    walk.error(name->place, "plugin '" + std::string(name->as_text()) + "' not enabled; add it to the 'plugins' configuration property",
               "this gateway does not know it; unknown_plugins = skip starts without it");
  else
    walk.error(name->place, "plugin '" + std::string(name->as_text()) + "' is known but not built into this gateway", "unknown_plugins = skip starts without it");
  walk.path.pop_back();
}

void check_entity(FlatEntity& entity, Document& document, Config& config, const LoadOptions& options, Problems& problems) {
  Walk walk = walk_of(entity, problems);
  const bool is_plugin = entity.kind->collection == "plugins";
  entity.value = expand_shorthands(*entity.kind->shape, entity.value, document.arena, walk);
  // Before the parent's link is written: a child need not repeat it, and its own rules count it as given.
  Value checked = entity.value;
  if (entity.parent >= 0 && entity.value.find(entity.parent_field) == nullptr) {
    Value link = Value::object({});
    link.place = entity.value.place;
    checked = with_member(entity.value, entity.parent_field, link, document.arena);
  }
  validate_record(*entity.kind->shape, checked, walk);
  if (entity.kind->collection == "routes") check_protocol_variant(entity, walk);
  if (is_plugin) check_plugin(entity, document, config, options, walk);
}

void add_times(FlatEntity& entity, int64_t now_s, Arena& arena) {
  for (std::string_view field : {"created_at", "updated_at"}) {
    if (entity.kind->shape->field(field) == nullptr) continue;
    const Value* given = entity.value.find(field);
    if (field == "created_at" && given != nullptr && !given->is_null()) continue;
    entity.value = with_member(entity.value, field, Value::integer(now_s), arena);
  }
}

// What hangs below an entity that was left out is left out too.
void drop_children(std::vector<FlatEntity>& flat) {
  for (FlatEntity& entity : flat)
    if (entity.parent >= 0 && flat[static_cast<size_t>(entity.parent)].dropped) entity.dropped = true;
}

}  // namespace

std::unique_ptr<const Config> load(std::vector<Source> sources, Problems& problems, const LoadOptions& options, Document* refused) {
  auto config = std::make_unique<Config>();
  Document& document = config->document;
  document = read(std::move(sources), problems);
  auto refuse = [&]() -> std::unique_ptr<const Config> {
    if (refused != nullptr) *refused = std::move(document);
    return nullptr;
  };
  if (problems.any_error()) return refuse();
  fill_templates(document, options.environment, problems);
  check_version(document, problems);
  migrate_paths(document);
  std::vector<FlatEntity> flat = flatten(document, problems);
  for (FlatEntity& entity : flat) check_entity(entity, document, *config, options, problems);
  drop_children(flat);
  if (problems.any_error()) return refuse();
  give_ids(flat, document.arena, problems);
  resolve_references(flat, document.arena, problems);
  if (problems.any_error()) return refuse();
  const auto now_s = static_cast<int64_t>(options.now_s != 0 ? options.now_s : static_cast<uint64_t>(std::time(nullptr)));
  for (FlatEntity& entity : flat) add_times(entity, now_s, document.arena);
  fill_config(flat, *config);
  config->hash = config->entities.empty() ? std::string(32, '0') : document.text_md5;
  return config;
}

}  // namespace schema
