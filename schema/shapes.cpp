#include <algorithm>

#include "schema/check.h"
#include "schema/embedded.h"
#include "schema/json.h"
#include "schema/protocols.h"
#include "schema/rule.h"
#include "schema/shape.h"
#include "schema/uuid.h"

namespace schema {

const Shape* Shape::field(std::string_view field_name) const {
  for (const Shape* one : fields)
    if (one->name == field_name) return one;
  return nullptr;
}

const Shape* Shape::shorthand(std::string_view shorthand_name) const {
  for (const Shape* one : shorthands)
    if (one->name == shorthand_name) return one;
  return nullptr;
}

const EntityShape* Shapes::entity(std::string_view collection) const {
  for (const EntityShape& one : entities_)
    if (one.collection == collection) return &one;
  return nullptr;
}

const PluginShape* Shapes::plugin(std::string_view name) const {
  for (const PluginShape& one : plugins_)
    if (one.name == name) return &one;
  return nullptr;
}

namespace {

std::string_view text_of(const Value& schema, std::string_view name) {
  const Value* value = schema.find(name);
  return value != nullptr && value->is_text() ? value->as_text() : std::string_view();
}

bool flag_of(const Value& schema, std::string_view name) {
  const Value* value = schema.find(name);
  return value != nullptr && value->kind() == Kind::boolean && value->as_boolean();
}

bool lists(const Value* list, std::string_view word) {
  if (list == nullptr || !list->is_array()) return false;
  for (const Value& item : list->items())
    if (item.is_text() && item.as_text() == word) return true;
  return false;
}

}  // namespace

// Shapes live as long as the program, like the files they are made of; nothing here is freed.
class ShapeBuilder {
 public:
  void add_embedded() {
    Problems problems;
    for (const EmbeddedFile& file : embedded_files()) {
      Value root;
      if (!read_json(file.text, 0, arena_, problems, {}, root)) continue;
      if (file.name.starts_with("entities/"))
        add_entity(*keep(root));
      else
        add_plugin(*keep(root));
    }
    sort_by_dependency();
  }
  Shapes take() { return std::move(shapes_); }

  const Shape* compile(std::string_view name, const Value& schema, bool required) {
    auto* shape = new Shape();
    shape->name = name;
    shape->schema = &schema;
    shape->description = text_of(schema, "description");
    shape->required = required;
    read_type(schema, *shape);
    shape->secret = flag_of(schema, "x-secret");
    shape->referenceable = flag_of(schema, "x-referenceable");
    shape->unique = flag_of(schema, "x-unique");
    shape->allow_empty = flag_of(schema, "x-empty");
    shape->automatic = text_of(schema, "x-auto");
    shape->foreign = text_of(schema, "x-foreign");
    shape->default_value = schema.find("default");
    if (const Value* items = schema.find("items")) shape->items = compile({}, *items, true);
    if (shape->type == Type::map) {
      const Value* values = schema.find("additionalProperties");
      if (values != nullptr && values->is_object()) shape->items = compile({}, *values, true);
      if (const Value* keys = schema.find("propertyNames")) shape->keys = compile({}, *keys, true);
    }
    add_fields(schema, *shape);
    shape->checks = compile_checks(schema, shape->type);
    shape->rules = compile_rules(schema.find("x-checks"), *shape);
    shape->deprecation = schema.find("x-deprecated");
    add_variants(schema, *shape);
    add_marks(*shape);
    return shape;
  }

 private:
  Value* keep(const Value& value) {
    auto storage = arena_.make<Value>(1);
    storage[0] = value;
    return storage.data();
  }

  static void read_type(const Value& schema, Shape& shape) {
    const Value* type = schema.find("type");
    if (type == nullptr) {
      shape.nullable = true;
      return;
    }
    std::string_view name = type->is_text() ? type->as_text() : type->items()[0].as_text();
    shape.nullable = lists(type, "null");
    if (name == "string") shape.type = Type::text;
    else if (name == "integer") shape.type = Type::integer;
    else if (name == "number") shape.type = Type::number;
    else if (name == "boolean") shape.type = Type::boolean;
    else if (name == "array") shape.type = flag_of(schema, "x-set") ? Type::set : Type::array;
    else if (name == "object") shape.type = schema.find("properties") != nullptr || flag_of(schema, "x-abstract") ? Type::record : Type::map;
    if (schema.find("x-foreign") != nullptr) shape.type = Type::foreign;
  }

  void add_fields(const Value& schema, Shape& shape) {
    if (const Value* properties = schema.find("properties"))
      for (const Member& member : properties->members())
        shape.fields.push_back(compile(member.name, member.value, lists(schema.find("required"), member.name)));
    if (const Value* shorthands = schema.find("x-shorthands"))
      for (const Member& member : shorthands->members()) shape.shorthands.push_back(compile(member.name, member.value, false));
  }

  void add_variants(const Value& schema, Shape& shape) {
    for (auto [keyword, names] : {std::pair{"x-by-protocol", "protocols"}, std::pair{"x-by-name", "names"}}) {
      const Value* list = schema.find(keyword);
      if (list == nullptr) continue;
      for (const Value& one : list->items()) {
        Variant variant;
        for (const Value& name : one.find(names)->items()) variant.names.push_back(name.as_text());
        for (const Member& field : one.find("fields")->members()) variant.fields.push_back(compile(field.name, field.value, false));
        variant.rules = compile_rules(one.find("x-checks"), shape);
        shape.variants.push_back(std::move(variant));
      }
    }
    if (const Value* fields = schema.find("x-expressions-fields"))
      for (const Member& field : fields->members()) shape.expressions_fields.push_back(compile(field.name, field.value, false));
  }

  static void add_marks(Shape& shape) {
    shape.any_shorthand = !shape.shorthands.empty();
    shape.any_set = shape.type == Type::set;
    shape.any_referenceable = shape.referenceable;
    auto inherit = [&](const Shape* below) {
      if (below == nullptr) return;
      shape.any_shorthand |= below->any_shorthand;
      shape.any_set |= below->any_set;
      shape.any_referenceable |= below->any_referenceable;
    };
    inherit(shape.items);
    for (const Shape* field : shape.fields) inherit(field);
  }

  // What is referred to stands before what refers to it; otherwise by name, so that the order is the same in every build.
  void sort_by_dependency() {
    std::vector<EntityShape> sorted;
    auto& left = shapes_.entities_;
    std::sort(left.begin(), left.end(), [](const EntityShape& a, const EntityShape& b) { return a.collection < b.collection; });
    auto placed = [&](std::string_view collection) {
      return std::none_of(left.begin(), left.end(), [&](const EntityShape& one) { return one.collection == collection; });
    };
    while (!left.empty()) {
      auto ready = std::find_if(left.begin(), left.end(), [&](const EntityShape& one) {
        return std::all_of(one.references.begin(), one.references.end(),
                           [&](const Shape* field) { return field->foreign == one.collection || placed(field->foreign); });
      });
      if (ready == left.end()) ready = left.begin();  // a circle: any order will do
      sorted.push_back(std::move(*ready));
      left.erase(ready);
    }
    left = std::move(sorted);
  }

  void add_entity(const Value& schema) {
    const Value& about = *schema.find("x-entity");
    EntityShape entity;
    entity.collection = text_of(about, "name");
    entity.shape = compile(entity.collection, schema, false);
    entity.endpoint_key = text_of(about, "endpoint_key");
    entity.admin_path = text_of(about, "admin_path");
    entity.kind = text_of(about, "kind");
    entity.internal = flag_of(about, "internal");
    entity.ttl = flag_of(about, "ttl");
    entity.workspaceable = flag_of(about, "workspaceable");
    if (const Value* key = about.find("cache_key"); key != nullptr && key->is_array())
      for (const Value& field : key->items()) entity.cache_key.push_back(field.as_text());
    const Value* nestings = about.find("nested");
    if (nestings != nullptr && nestings->is_array())
      for (const Value& nested : nestings->items())
        entity.nested.push_back({text_of(nested, "key"), text_of(nested, "entity"), text_of(nested, "field")});
    for (const Shape* field : entity.shape->fields) {
      if (!field->foreign.empty()) entity.references.push_back(field);
      if (field->unique && field->name != "id") entity.unique_fields.push_back(field);
    }
    entity.id_namespace = uuid5("fd02801f-0957-4a15-a55a-c8d9606f30b5", entity.collection);
    shapes_.entities_.push_back(std::move(entity));
  }

  void add_plugin(const Value& schema) {
    const Value& about = *schema.find("x-plugin");
    PluginShape plugin;
    plugin.name = text_of(about, "name");
    plugin.config = compile("config", schema, false);
    plugin.priority = static_cast<int>(about.find("priority")->as_integer());
    plugin.built = text_of(about, "state") == "built";
    const Value* attach = about.find("attach");
    plugin.global = lists(attach, "global");
    plugin.at_service = lists(attach, "service");
    plugin.at_route = lists(attach, "route");
    plugin.at_consumer = lists(attach, "consumer");
    plugin.protocols = protocols_of(*about.find("protocols"));
    plugin.protocols_allowed = protocols_of(*about.find("protocols_allowed"));
    shapes_.plugins_.push_back(std::move(plugin));
  }

  static Arena& shared_arena() {
    static auto* arena = new Arena();
    return *arena;
  }
  Arena& arena_ = shared_arena();
  Shapes shapes_;
};

const Shapes& shapes() {
  static const Shapes* built = [] {
    ShapeBuilder builder;
    builder.add_embedded();
    return new Shapes(builder.take());
  }();
  return *built;
}

}  // namespace schema
