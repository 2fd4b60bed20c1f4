#pragma once
// What the writer of an unknown field may have meant: a field that is spelt nearly so, or one of a level above or
// below.

#include <string>
#include <string_view>
#include <vector>

#include "schema/problem.h"
#include "schema/shape.h"
#include "schema/value.h"

namespace schema {

// "did you mean routes?", "it belongs to its routes", "it belongs in config", "it belongs one level up, to the
// service"; empty when nothing is near. `path` leads to the field, `record` holds it; `replaced`: further shapes of its
// fields, or nullptr.
std::string hint_for_unknown(const Path& path, const Shape& shape, const Value& record,
                             const std::vector<const Shape*>* replaced);

// The same for a key at the top of the document.
std::string hint_for_unknown_at_top(std::string_view name);

}  // namespace schema
