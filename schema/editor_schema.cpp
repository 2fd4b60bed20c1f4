#include "schema/editor_schema.h"

#include <algorithm>
#include <set>
#include <string>

#include "schema/editor_fields.h"
#include "schema/shape.h"

namespace schema {

namespace {

constexpr std::string_view dialect = "http://json-schema.org/draft-07/schema#";

class Builder {
 public:
  Builder(Arena& arena, const EditorSchemaOptions& options) : arena_(arena), options_(options), fields_(arena) {}

  Value document() {
    Node root(arena_);
    root.set("$schema", dialect).set("title", "gateway configuration");
    root.set("description", "Everything a gateway needs to know, in one file: services, routes, plugins, consumers, upstreams, certificates.");
    root.set("type", "object").words("required", {"_format_version"});
    root.set("properties", top_level()).set("additionalProperties", Value::boolean(false));
    return root.set("definitions", definitions()).done();
  }

  Value entity(const EntityShape& kind) {
    Node root(arena_);
    root.set("$schema", dialect);
    root.list("allOf", {reference(kind.collection)});
    const Value all = definitions();
    std::set<std::string_view> wanted;
    need(kind.collection, all, wanted);
    Node kept(arena_);
    for (const Member& member : all.members())
      if (wanted.contains(member.name)) kept.set(member.name, member.value);
    return root.set("definitions", kept.done()).done();
  }

  Value settings(const PluginShape& plugin) {
    Node root(arena_);
    root.set("$schema", dialect);
    add_settings(plugin, root);
    return root.done();
  }

 private:
  Value object(const std::vector<Member>& members) { return arena_.object(members); }
  Value words(std::string_view text) { return Node(arena_).set("description", text).done(); }
  Value reference(std::string_view definition) { return Node(arena_).set("$ref", "#/definitions/" + std::string(definition)).done(); }
  static std::string definition_of(const PluginShape& plugin) { return "plugin-" + std::string(plugin.name); }

  Value list_of(Value item, std::string_view description) {
    return Node(arena_).set("description", description).words("type", {"array", "null"}).set("items", item).done();
  }

  // --- the document

  Value top_level() {
    Node node(arena_);
    node.set("_format_version", Node(arena_).set("description", "Version of the format; 3.0 is the current one. It is a text: write it in quotes.")
                                    .set("type", "string").words("enum", {"3.0", "2.1", "1.1"}).set("default", "3.0").done());
    node.set("_transform", Node(arena_).set("description", "False: credentials are stored as they are written, because they are hashed already.")
                               .set("type", "boolean").set("default", Value::boolean(true)).done());
    node.set("_comment", Node(arena_).set("description", "A remark; ignored.").set("type", "string").done());
    node.set("_ignore", Node(arena_).set("description", "Anything, for instance anchors used elsewhere; ignored.").set("type", "array").done());
    add_deck_keys(node);
    for (const EntityShape& kind : shapes().entities()) {
      // Tags are made of the entities that have them, and data planes are not a thing of files.
      if (kind.collection == "tags" || kind.collection == "clustering_data_planes") continue;
      if (kind.internal)
        node.set(kind.collection, Node(arena_).set("description", "Kept by a gateway itself; may stand in an export.").words("type", {"array", "null"})
                                      .set("doNotSuggest", Value::boolean(true)).done());
      else
        node.set(kind.collection, list_of(at_top(kind), kind.shape->description));
    }
    return node.done();
  }

  // What a nested entity gets from its parent must be said here.
  Value at_top(const EntityShape& kind) {
    const auto parents = parents_of(kind);
    if (parents.empty()) return reference(kind.collection);
    return Node(arena_).list("allOf", {reference(kind.collection), Node(arena_).words("required", parents).done()}).done();
  }

  static std::vector<std::string_view> parents_of(const EntityShape& kind) {
    std::vector<std::string_view> names;
    for (const Shape* field : kind.references)
      if (field->required) names.push_back(field->name);
    return names;
  }

  void add_deck_keys(Node& node) {
    Node defaults(arena_);
    for (auto [name, collection] : {std::pair{"service", "services"}, std::pair{"route", "routes"}, std::pair{"upstream", "upstreams"}, std::pair{"target", "targets"}})
      defaults.set(name, defaults_of(*shapes().entity(collection)));
    Node info(arena_);
    info.set("defaults", Node(arena_).set("description", "Fields given to every entity of a kind that does not set them itself.").set("type", "object")
                             .set("properties", defaults.done()).done());
    info.set("select_tags", Node(arena_).set("description", "Tags added to everything in the file.").set("type", "array")
                                .set("items", Node(arena_).set("type", "string").done()).done());
    info.set("masked", Node(arena_).set("description", "JSON pointers to values of this document that are masked wherever they are printed.").set("type", "array")
                           .set("items", Node(arena_).set("type", "string").done()).done());
    node.set("_info", Node(arena_).set("description", "What holds for the whole file.").words("type", {"object", "null"}).set("properties", info.done()).done());
    node.set("_plugin_configs", Node(arena_).set("description", "Settings that plugins share: a plugin takes them by _config: NAME, and its own win.")
                                    .words("type", {"object", "null"}).set("additionalProperties", Node(arena_).set("type", "object").done()).done());
    auto ignored = [&](std::string_view name, std::string_view description) {
      node.set(name, Node(arena_).set("description", description).set("doNotSuggest", Value::boolean(true)).done());
    };
    ignored("_workspace", "Has no meaning here; ignored with a warning.");
    ignored("_konnect", "Has no meaning here; ignored with a warning.");
    ignored("consumer_groups", "Have no meaning here; ignored with a warning, plugins in them are refused.");
  }

  Value defaults_of(const EntityShape& kind) {
    Node properties(arena_);
    for (const Shape* field : kind.shape->fields)
      if (field->name != "id" && field->name != "name")
        properties.set(field->name, fields_.field(*field));
    return Node(arena_).set("type", "object").set("properties", properties.done()).done();
  }

  // --- definitions

  Value definitions() {
    Node node(arena_);
    for (const EntityShape& kind : shapes().entities())
      if (!kind.internal) node.set(kind.collection, definition(kind));
    for (const PluginShape& plugin : shapes().plugins()) {
      Node settings_node(arena_);
      add_settings(plugin, settings_node);
      node.set(arena_.copy(definition_of(plugin)), settings_node.done());
    }
    return node.done();
  }

  Value definition(const EntityShape& kind) {
    Node node(arena_);
    node.set("description", kind.shape->description).set("type", "object");
    std::vector<Member> added;
    for (const Nesting& nested : kind.nested) {
      const EntityShape* child = shapes().entity(nested.entity);
      if (child != nullptr && !child->internal) added.push_back({nested.key, {}, list_of(reference(child->collection), child->shape->description)});
    }
    if (options_.expressions_flavor)
      for (const Shape* field : kind.shape->expressions_fields) added.push_back({field->name, {}, fields_.field(*field)});
    std::vector<Value> choices;
    if (kind.collection == "plugins") add_plugins(added, choices);
    if (kind.collection == "vaults") add_vaults(*kind.shape, added, choices);
    if (kind.collection == "consumers")
      added.push_back({"groups", {}, Node(arena_).set("description", "Consumer groups have no meaning here; ignored with a warning.").set("doNotSuggest", Value::boolean(true)).done()});
    fields_.add_record(*kind.shape, added, parents_of(kind), node);
    if (kind.collection == "plugins" && options_.unknown_plugins) open_for_strangers(node, choices);
    if (!choices.empty()) node.list("allOf", choices);
    return node.done();
  }

  // if its name is NAME (and `but` is not there), then that.
  Value choice(std::string_view name, Value then, std::string_view but = {}) {
    const Member is_name{"name", {}, Node(arena_).set("const", name).done()};
    Node condition(arena_);
    condition.set("properties", object({is_name})).words("required", {"name"});
    if (!but.empty()) condition.set("not", Node(arena_).words("required", {but}).done());
    return Node(arena_).set("if", condition.done()).set("then", then).done();
  }

  // Shared settings may give what is required, at any depth: then nothing can be said about the own ones alone.
  static bool any_required(const Shape& shape) {
    if (shape.type == Type::map) return shape.items != nullptr && any_required(*shape.items);
    return std::any_of(shape.fields.begin(), shape.fields.end(), [](const Shape* field) { return field->required || any_required(*field); });
  }

  // Nobody here knows what else may stand in a plugin that nobody knows; the others stay closed.
  void open_for_strangers(Node& node, std::vector<Value>& choices) {
    const Value closed = node.done();
    Node names(arena_);
    for (const Member& member : closed.find("properties")->members()) names.set(member.name, Node(arena_).done());
    const Value is_known = Node(arena_).words("enum", known_plugins()).done();
    const Value condition = Node(arena_).set("properties", object({{"name", {}, is_known}})).done();
    const Value then = Node(arena_).set("properties", names.done()).set("patternProperties", *closed.find("patternProperties"))
                           .set("additionalProperties", Value::boolean(false)).done();
    choices.push_back(Node(arena_).set("if", condition).set("then", then).done());
    node.set("additionalProperties", Value::boolean(true));
  }

  static std::vector<std::string_view> known_plugins() {
    std::vector<std::string_view> names;
    for (const PluginShape& plugin : shapes().plugins()) names.push_back(plugin.name);
    return names;
  }

  Value settings_choice(const PluginShape& plugin) {
    Node then(arena_);
    then.set("properties", object({{"config", {}, reference(definition_of(plugin))}}));
    if (EditorFields::demands(*plugin.config)) then.words("required", {"config"});
    return choice(plugin.name, then.done(), any_required(*plugin.config) ? "_config" : "");
  }

  void add_plugins(std::vector<Member>& added, std::vector<Value>& choices) {
    const auto names = known_plugins();
    std::vector<Value> descriptions;
    for (const PluginShape& plugin : shapes().plugins()) {
      descriptions.push_back(Value::text(plugin.config->description));
      choices.push_back(settings_choice(plugin));
    }
    Node known(arena_);
    known.words("enum", names).list("enumDescriptions", descriptions);
    Node name(arena_);
    name.set("description", "Which plugin to run.").set("type", "string");
    if (options_.unknown_plugins)
      name.list("anyOf", {known.done(), Node(arena_).set("minLength", Value::integer(1)).done()});
    else
      name.words("enum", names).list("enumDescriptions", descriptions);
    added.push_back({"name", {}, name.done()});
    added.push_back({"config", {}, Node(arena_).set("description", "Settings of the plugin; which ones exist depends on its name.").words("type", {"object", "array"}).done()});
    added.push_back({"_config", {}, Node(arena_).set("description", "Name of an entry of _plugin_configs whose settings this plugin takes.").set("type", "string").done()});
    added.push_back({"consumer_group", {}, Node(arena_).set("description", "There are no consumer groups here: a plugin bound to one is refused.").set("doNotSuggest", Value::boolean(true)).done()});
  }

  void add_settings(const PluginShape& plugin, Node& node) {
    node.set("title", std::string(plugin.name) + " settings").set("description", plugin.config->description);
    node.words("type", {"object", "array"}).set("maxItems", Value::integer(0));
    fields_.add_record(*plugin.config, {}, {}, node);
  }

  void add_vaults(const Shape& shape, std::vector<Member>& added, std::vector<Value>& choices) {
    std::vector<std::string_view> names;
    for (const Variant& variant : shape.variants)
      for (std::string_view name : variant.names) {
        names.push_back(name);
        for (const Shape* field : variant.fields)
          choices.push_back(choice(name, Node(arena_).set("properties", object({{field->name, {}, fields_.field(*field)}})).done()));
      }
    added.push_back({"name", {}, Node(arena_).set("description", shape.field("name")->description).set("type", "string").words("enum", names).done()});
  }

  // --- which definitions one of them needs

  void need(std::string_view name, const Value& all, std::set<std::string_view>& wanted) {
    if (!wanted.insert(name).second) return;
    if (const Value* one = all.find(name)) need_references(*one, all, wanted);
  }

  void need_references(const Value& node, const Value& all, std::set<std::string_view>& wanted) {
    if (node.is_array())
      for (const Value& item : node.items()) need_references(item, all, wanted);
    if (!node.is_object()) return;
    for (const Member& member : node.members()) {
      constexpr std::string_view start = "#/definitions/";
      if (member.name == "$ref" && member.value.is_text() && member.value.as_text().starts_with(start)) {
        need(member.value.as_text().substr(start.size()), all, wanted);
      } else {
        need_references(member.value, all, wanted);
      }
    }
  }

  Arena& arena_;
  const EditorSchemaOptions& options_;
  EditorFields fields_;
};

}  // namespace

Value editor_schema(Arena& arena, const EditorSchemaOptions& options) { return Builder(arena, options).document(); }

Value editor_schema_of(std::string_view name, Arena& arena, const EditorSchemaOptions& options) {
  Builder builder(arena, options);
  if (const PluginShape* plugin = shapes().plugin(name)) return builder.settings(*plugin);
  for (const EntityShape& kind : shapes().entities())
    if (!kind.internal && (kind.collection == name || kind.collection == std::string(name) + "s")) return builder.entity(kind);
  return {};
}

std::vector<std::string_view> editor_schema_names() {
  std::vector<std::string_view> names;
  for (const EntityShape& kind : shapes().entities())
    if (!kind.internal) names.push_back(kind.collection);
  std::sort(names.begin(), names.end());
  for (const PluginShape& plugin : shapes().plugins()) names.push_back(plugin.name);
  return names;
}

}  // namespace schema
