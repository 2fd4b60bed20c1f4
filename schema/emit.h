#pragma once
// A tree of values as text.

#include <string>

#include "schema/value.h"

namespace schema {

// JSON (RFC 8259). `indent` blanks for each level and one member a line, or all in one line when it is 0.
// `mask`: what came from the environment or a vault reads as secret_mask.
std::string to_json_text(const Value& value, int indent = 0, bool mask = false);
// YAML that any 1.1 or 1.2 reader takes for the same: texts that look like something else are quoted.
std::string to_yaml_text(const Value& value);

}  // namespace schema
