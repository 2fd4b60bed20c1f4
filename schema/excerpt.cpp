#include "schema/excerpt.h"

#include <algorithm>

#include "schema/utf8.h"

namespace schema {

std::string excerpt(std::string_view text, size_t line_start, size_t at) {
  constexpr size_t shown_max = 120;
  if (line_start > text.size()) return {};
  std::string_view line = text.substr(line_start, text.find('\n', line_start) - line_start);
  const size_t column = std::min(at - std::min(at, line_start), line.size());
  const size_t from = column > shown_max ? column - shown_max / 2 : 0;
  std::string shown = utf8_repaired(line.substr(from, shown_max));
  // Nothing here may move the cursor of a terminal.
  std::replace_if(shown.begin(), shown.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  return "\n  " + shown + "\n  " + std::string(utf8_length(utf8_repaired(line.substr(from, column - from))), ' ') + "^";
}

}  // namespace schema
