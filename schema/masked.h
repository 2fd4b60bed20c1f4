#pragma once
// Which values are masked wherever they are printed although no schema calls them secret: the document itself tells, so
// that a node knows what the environment of whoever synced it has filled in.
//   _info: {masked: ["/plugins/0/config/add/headers/1"]}    JSON pointers (RFC 6901) into the document

#include <string>
#include <string_view>

#include "schema/problem.h"
#include "schema/value.h"

namespace schema {

struct Entity;

// Marks what the document's pointers lead to, all of a list or map. One that leads nowhere is an error. `root` is a
// map.
void mark_masked(Value& root, Problems& problems);

// The tree of a document with the pointers to everything in it that is marked; without `_info` when there is nothing.
Value with_masked(const Value& tree, Arena& arena);

// Whether anything in it is marked.
bool any_marked(const Value& value);

// What is told of a field of an entity: `text`, or a mask when anything in the field is marked. nullptr: nothing is.
std::string shown_field(const Entity* entity, std::string_view field, std::string_view text);

// The name of an entity as it may be told, or its id where it has none.
std::string shown_name(const Entity* entity, std::string_view name, std::string_view id);

// A message without the secret it speaks of, and without parts of that which stand in quotes.
std::string without(std::string_view secret, std::string message);

}  // namespace schema
