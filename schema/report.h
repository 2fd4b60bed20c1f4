#pragma once
// Problems as people and machines read them.

#include <string>
#include <string_view>

#include "schema/document.h"
#include "schema/problem.h"

namespace schema {

enum class Format : uint8_t { text, json, sarif, github };

// All problems, one a line in `text`; a whole document in `json` and `sarif`.
std::string report(const Problems& problems, const Document& document, Format format);
// `file:line:column: entity path: what (hint)`, without a line break at the end.
std::string report_line(const Problem& problem, const Document& document);
// `text` in double quotes, escaped for JSON; bytes that are no UTF-8 become U+FFFD.
std::string json_quoted(std::string_view text);
// Escaped as the message, or as a property (file, title), of a GitHub annotation: a line break or a mark of the command must not end it early.
std::string github_text(std::string_view text);
std::string github_property(std::string_view text);

}  // namespace schema
