#pragma once
// Ids of entities that have none, and what their references point to.

#include <vector>

#include "schema/flatten.h"

namespace schema {

// Gives every entity an id: its own, a name-based one that is the same at every load, or a random one. Writes it into the record.
void give_ids(std::vector<FlatEntity>& flat, Arena& arena);

// Replaces every reference by {id: ...}; reports what is not there, and whatever is declared twice, with both places.
void resolve_references(std::vector<FlatEntity>& flat, Document& document, Problems& problems);

// How the messages of the two begin: POST /config tells them in its own form.
inline constexpr std::string_view invalid_reference = "invalid reference '";
inline constexpr std::string_view uniqueness_violation = "uniqueness violation: '";

}  // namespace schema
