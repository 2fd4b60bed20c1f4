#pragma once
// Ids of entities that have none, and what their references point to.

#include <string>
#include <vector>

#include "schema/flatten.h"

namespace schema {

// Gives every entity an id: its own, a name-based one that is the same at every load, or a random one. Writes it into the value.
void give_ids(std::vector<FlatEntity>& flat, Arena& arena, Problems& problems);

// Replaces every reference by {id: ...}; reports what is not there, and whatever is declared twice.
void resolve_references(std::vector<FlatEntity>& flat, Arena& arena, Problems& problems);

// `value` with one member set.
Value with_member(const Value& record, std::string_view name, Value value, Arena& arena);

}  // namespace schema
