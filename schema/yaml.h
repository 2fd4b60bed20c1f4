#pragma once
// The YAML reader: yaml-cpp's events, YAML 1.1 scalar rules, places on every node.

#include <string_view>

#include "schema/document.h"

namespace schema {

// As read_json. Also reports: a second document, a repeated key or `<<`, an alias without its anchor, a document that grows too large
// by its aliases.
bool read_yaml(std::string_view text, uint16_t file, Arena& arena, Problems& problems, const ReadLimits& limits, Value& root);

// The value of a plain (unquoted) scalar under YAML 1.1.
Value plain_scalar(std::string_view text);

}  // namespace schema
