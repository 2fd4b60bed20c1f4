#pragma once
// Nested entities become a flat list; each knows its parent and where it stood.

#include <vector>

#include "schema/document.h"
#include "schema/shape.h"

namespace schema {

struct FlatEntity {
  const EntityShape* kind = nullptr;
  Value value;                 // an object without its nested children
  Path path;
  int parent = -1;             // index into the list
  std::string_view parent_field;   // the foreign field that points to the parent
  std::string id;
  bool dropped = false;        // a plugin that is left out
};

// Parents stand before their children. Unknown top-level keys and wrong types are reported.
std::vector<FlatEntity> flatten(Document& document, Problems& problems);

}  // namespace schema
