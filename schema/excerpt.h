#pragma once
// The line of a syntax error with a caret under it.

#include <string>
#include <string_view>

namespace schema {

// `line_start` and `at` are offsets into `text`; long lines are cut.
std::string excerpt(std::string_view text, size_t line_start, size_t at);

}  // namespace schema
