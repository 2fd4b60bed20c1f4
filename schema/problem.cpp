#include "schema/problem.h"

#include <algorithm>
#include <tuple>

namespace schema {

void Problems::add(Problem problem) {
  if (problem.severity == Severity::error) ++errors_;
  all_.push_back(std::move(problem));
}

void Problems::sort() {
  std::stable_sort(all_.begin(), all_.end(), [](const Problem& a, const Problem& b) {
    return std::tie(a.place.file, a.place.line, a.place.column) < std::tie(b.place.file, b.place.line, b.place.column);
  });
}

std::string to_text(const Path& path) {
  std::string text;
  for (const Step& step : path) {
    if (const auto* position = std::get_if<size_t>(&step)) {
      text.append("[").append(std::to_string(*position)).append("]");
    } else {
      if (!text.empty()) text += '.';
      text += std::get<std::string>(step);
    }
  }
  return text;
}

}  // namespace schema
