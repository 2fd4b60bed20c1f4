#pragma once
// Input-only names that stand for others: a service's `url`, deprecated aliases inside plugin settings.

#include "schema/validate.h"

namespace schema {

// Validates the shorthands of `record`, writes their targets and takes them out. Returns the record without them.
Value expand_shorthands(const Shape& shape, const Value& record, Arena& arena, Walk& walk);

}  // namespace schema
