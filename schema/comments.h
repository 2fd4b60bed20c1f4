#pragma once
// Comments and blank lines of a YAML text, each with the node it belongs to. The parser beneath drops them, so they are found in the text.

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "schema/document.h"

namespace schema {

inline uint64_t place_key(Place place) { return uint64_t{place.file} << 48 | uint64_t{place.line} << 16 | place.column; }

using Lines = std::vector<std::string>;  // "# text", or "" for a blank line

struct Comments {
  Lines header, end;                                  // of the whole text: at its top (with a "---" that stands there), and after all nodes
  std::unordered_map<uint64_t, Lines> before, after;  // by place_key of a member's name or a list's item
  std::unordered_map<uint64_t, Lines> after_item;  // an item stands where its first member does, but ends later
  std::unordered_map<uint64_t, std::string> beside;
};

// Adds those of one file of the document. `root` is what was read from it, or a tree that holds its nodes.
void find_comments(std::string_view text, uint16_t file, const Value& root, Comments& comments);

}  // namespace schema
