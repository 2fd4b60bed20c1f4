#pragma once
// The JSON reader: strict (RFC 8259), places on every node, one pass.

#include <string_view>

#include "schema/document.h"

namespace schema {

// Reads `text` (which must live as long as the arena's values) into arena memory. nullopt-like: returns false after reporting a
// syntax error, a duplicate member or an exceeded limit, each with its place.
bool read_json(std::string_view text, uint16_t file, Arena& arena, Problems& problems, const ReadLimits& limits, Value& root);

// Whether arrays and objects stand in each other more than `depth_max` deep, in a text that may be no JSON at all. For readers and
// writers that recurse: a hostile text must not decide how deep.
bool is_deeper(std::string_view json, size_t depth_max);

}  // namespace schema
