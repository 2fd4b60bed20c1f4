#include "schema/excerpt.h"

#include <algorithm>

namespace schema {

std::string excerpt(std::string_view text, size_t line_start, size_t at) {
  constexpr size_t shown_max = 120;
  if (line_start > text.size()) return {};
  std::string_view line = text.substr(line_start, text.find('\n', line_start) - line_start);
  const size_t column = std::min(at - std::min(at, line_start), line.size());
  const size_t from = column > shown_max ? column - shown_max / 2 : 0;
  std::string shown(line.substr(from, shown_max));
  std::replace(shown.begin(), shown.end(), '\t', ' ');
  return "\n  " + shown + "\n  " + std::string(column - from, ' ') + "^";
}

}  // namespace schema
