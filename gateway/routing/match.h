#pragma once
// How a request matched: the route, what strip_path takes off, what the path's regex captured.

#include <string_view>
#include <vector>

#include "schema/config.h"
#include "schema/regex.h"

namespace routing {

struct Capture {
  std::string_view name;   // empty: known by its position only
  std::string_view value;  // into Query::path
};

// The part of a match that the path decides.
struct PathMatch {
  std::string_view prefix;               // what strip_path takes off; empty: the path was not asked about
  const schema::Regex* regex = nullptr;  // that matched the path, if one did
  bool folded = false;                   // it was shown the path in lower case
  bool anchored = true;                  // it had to match from the path's start
};

struct Match {
  const schema::Route* route = nullptr;
  std::string_view matched_prefix;   // what strip_path takes off the path; empty: the route has no path

  // [0] is the whole match; filled only when the regex has groups. Found out at each call: few requests ask, so the others do not pay.
  std::vector<Capture> captures() const;

  PathMatch path_match;
  std::string_view path;             // of the query that matched
};

}  // namespace routing
