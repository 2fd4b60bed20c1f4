#pragma once
// A JSON Schema compiled for walking: what fields a record has, of which type, with which default and which rules.
// Built once from the embedded files; immutable; everything that knows about fields walks these.

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schema/value.h"

namespace schema {

enum class Type : uint8_t { any, text, integer, number, boolean, array, set, record, map, foreign };

struct Check;  // one compiled rule of a field (pattern, enum, range, named check): validate.cpp
struct Rule;   // one compiled rule over several fields: rules.cpp

struct Shape;

// Fields and rules that hold only for some values of another field: of `protocols` in a route, of `name` in a vault.
struct Variant {
  std::vector<std::string_view> names;
  std::vector<const Shape*> fields;  // stand in for those of the same name
  std::vector<const Rule*> rules;
};

struct Shape {
  std::string_view name;         // of the field; of an entity or plugin at the top
  std::string_view description;
  Type type = Type::any;
  bool nullable = false;
  bool required = false;         // must be given
  bool secret = false, referenceable = false, unique = false, allow_empty = false;
  std::string_view automatic;    // "", "uuid", "timestamp", "random"
  std::string_view foreign;      // collection referred to
  const Value* default_value = nullptr;  // nullptr: none
  const Shape* items = nullptr;          // array, set, map values
  const Shape* keys = nullptr;           // map keys
  std::vector<const Shape*> fields;      // record, in the order of the schema file
  std::vector<const Shape*> shorthands;
  const Value* schema = nullptr;         // the JSON Schema node itself, for what is read rarely
  std::vector<const Check*> checks;
  std::vector<const Rule*> rules;
  std::vector<Variant> variants;
  std::vector<const Shape*> expressions_fields;  // known only with the expressions router
  const Value* deprecation = nullptr;            // `x-deprecated`
  // Whether this or anything below it has such fields: most records need no second look.
  bool any_shorthand = false, any_set = false, any_referenceable = false;

  const Shape* field(std::string_view field_name) const;
  const Shape* shorthand(std::string_view shorthand_name) const;
};

// How entities hang together, from `x-entity`.
struct Nesting {
  std::string_view key, entity, field;
};

struct EntityShape {
  const Shape* shape = nullptr;
  std::string_view collection, endpoint_key, admin_path, kind;
  std::vector<std::string_view> cache_key;
  std::vector<Nesting> nested;
  std::vector<const Shape*> references, unique_fields;  // of `shape`; the id is not among the unique ones
  std::string id_namespace;                             // of name-based ids
  bool internal = false, ttl = false, workspaceable = true;
};

struct PluginShape {
  const Shape* config = nullptr;
  std::string_view name;
  int priority = 0;
  bool built = false;
  bool at_service = true, at_route = true, at_consumer = false, global = true;
  uint16_t protocols = 0, protocols_allowed = 0;  // sets of Protocol (config.h)
};

class Shapes {
 public:
  const EntityShape* entity(std::string_view collection) const;
  const PluginShape* plugin(std::string_view name) const;
  const std::vector<EntityShape>& entities() const { return entities_; }  // dependency order
  const std::vector<PluginShape>& plugins() const { return plugins_; }

 private:
  friend class ShapeBuilder;
  std::vector<EntityShape> entities_;
  std::vector<PluginShape> plugins_;
};

// The shapes of the embedded schemas. Built at the first call (a function-local constant: the schemas are part of the program).
const Shapes& shapes();

}  // namespace schema
