#pragma once
// Problems as the Admin API has always told them: a tree of fields, or a list of faulty entities.

#include <string>

#include "schema/document.h"
#include "schema/problem.h"

namespace schema {

// The value of `fields` in the answer to a refused configuration, as JSON: entity type -> 1-based position -> field -> message,
// with "@entity" for what concerns the record as a whole. Places without a fault leave gaps; a level with gaps is an object with number
// keys. What is told only of an otherwise valid document (dangling names, doubles) takes its own form then, and is left out or
// told as a missing key otherwise.
std::string fields_tree(const Problems& problems);

struct FlattenedErrors {
  std::string flattened;  // a JSON array: one item for each faulty entity
  std::string fields;     // what belongs to no entity: "{}" when there is nothing
};
// The answer with `flatten_errors`: entities as they stand in the document, without their children.
FlattenedErrors flattened_errors(const Problems& problems, const Document& document);

}  // namespace schema
