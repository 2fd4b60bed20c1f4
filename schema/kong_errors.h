#pragma once
// Problems by entity, as the Admin API has always told them.

#include <string>

#include "schema/document.h"
#include "schema/problem.h"

namespace schema {

// The list of an answer with `flatten_errors`, a JSON array with one item for each faulty entity: as it stands in the document, without its
// children. What belongs to no entity is left out.
std::string flattened_errors(const Problems& problems, const Document& document);

}  // namespace schema
