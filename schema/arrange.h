#pragma once
// The order of keys that readers of a configuration expect.

#include "schema/value.h"

namespace schema {

// The document with the members of every record in the order of the schema. Texts and places are kept; new lists and maps belong to
// `arena`. `sort_entities`: lists of entities by name, those without one by id, else where they stand.
Value arranged(const Value& document, Arena& arena, bool sort_entities);

}  // namespace schema
