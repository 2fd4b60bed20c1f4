#pragma once
// The last changes to a valid entity before it is stored.

#include "schema/flatten.h"

namespace schema {

// Sets lose duplicates, the first one stays. Changes `value` in place.
void drop_duplicates(const Shape& shape, Value& value);

// Transformations on writing, which `_transform: false` turns off: the hash of a basic-auth password (SHA-1 of password and consumer
// id, hex), the SHA-256 of a CA certificate.
void transform(FlatEntity& entity, Arena& arena);

// created_at when it is missing, updated_at always; seconds since 1970.
void add_times(FlatEntity& entity, int64_t now_s, Arena& arena);

}  // namespace schema
