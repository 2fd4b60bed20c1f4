#pragma once
// The description of a whole configuration file as one JSON Schema (draft 7, the one that YAML language servers know best), made of
// the embedded schemas: entities nested in one another, each plugin with its own settings, shorthands and the keys of decK.
// It knows the structure; rules over several fields, references and names that must be unique are the loader's, and what is required
// must stand in the entity itself, although `_info.defaults` may give it too.

#include <string_view>
#include <vector>

#include "schema/value.h"

namespace schema {

struct EditorSchemaOptions {
  bool unknown_plugins = false;  // plugins that this gateway does not have may stand in the file, with any settings
  bool expressions_flavor = false;  // routes have `expression` and `priority`
};

Value editor_schema(Arena& arena, const EditorSchemaOptions& options = {});
// Of one entity ("routes", "route") or of the settings of one plugin; null when there is no such thing.
Value editor_schema_of(std::string_view name, Arena& arena, const EditorSchemaOptions& options = {});
// What the function above knows, plugins last.
std::vector<std::string_view> editor_schema_names();

}  // namespace schema
