#pragma once
// Nested entities become a flat list; each knows its parent and where it stood.

#include <string_view>
#include <vector>

#include "schema/document.h"
#include "schema/shape.h"
#include "schema/validate.h"

namespace schema {

struct FlatEntity {
  const EntityShape* kind = nullptr;
  std::string_view key;            // of the list it stands in
  uint32_t position = 0;           // in that list, from 0
  int parent = -1;                 // index into the flat list
  std::string_view parent_field;   // the foreign field that points to the parent
  bool link_given = false;         // the child names its parent itself
  bool dropped = false;            // left out: a plugin that cannot run, or below one
  std::string_view id;
  Place place;

  // The record without its nested children. It has room for the members that reading adds.
  Value value() const;
  Value* find(std::string_view name) const;
  std::string_view text(std::string_view name) const;  // empty when it is not a text
  void set(std::string_view name, Value value, Arena& arena);
  void remove(std::string_view name);

  std::span<Member> storage;
  size_t used = 0;
};

// Parents stand before their children. Unknown top-level keys and wrong types are reported.
std::vector<FlatEntity> flatten(Document& document, Problems& problems);

// Puts the walk at an entity of the list.
void stand_at(Walk& walk, const std::vector<FlatEntity>& flat, const FlatEntity& entity);

}  // namespace schema
