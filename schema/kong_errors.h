#pragma once
// Problems as the Admin API has always told them: a tree of fields.

#include <string>

#include "schema/problem.h"

namespace schema {

// The value of `fields` in the answer to a refused configuration, as JSON: entity type -> 1-based position -> field -> message,
// with "@entity" for what concerns the record as a whole.
std::string fields_tree(const Problems& problems);

}  // namespace schema
