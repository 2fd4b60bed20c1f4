#include "gateway/routing/match.h"

#include <array>
#include <string>

#include "gateway/routing/folded.h"

namespace routing {

std::vector<Capture> Match::captures() const {
  std::vector<Capture> all;
  const schema::Regex* regex = path_match.regex;
  if (regex == nullptr || regex->groups() == 0) return all;
  const Folded folded(path_match.folded ? path : std::string_view());
  const std::string_view text = path_match.folded ? folded.text() : path;
  std::array<std::string_view, schema::Regex::groups_max> groups;
  if (!regex->match(text, path_match.anchored ? schema::Regex::From::start : schema::Regex::From::anywhere, groups)) return all;
  for (size_t i = 0; i <= regex->groups(); ++i) {
    // Folding keeps the length, so a place in the folded text is the same place in the path.
    const std::string_view group = groups[i];
    const bool took_part = group.data() != nullptr;
    all.push_back({regex->name(i), took_part ? path.substr(static_cast<size_t>(group.data() - text.data()), group.size()) : group});
  }
  return all;
}

}  // namespace routing
