#pragma once
// Input-only names that stand for others: a service's `url`, deprecated aliases inside plugin settings.

#include "schema/validate.h"

namespace schema {

// Validates the shorthands of a record and of the records below it, writes their targets and takes them out. Returns the record without them;
// the one given is left as it is.
Value expand_shorthands(const Shape& shape, const Value& value, Arena& arena, Walk& walk);

}  // namespace schema
