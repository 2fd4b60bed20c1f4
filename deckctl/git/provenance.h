#pragma once
// Where a configuration comes from: what a person asks when a node runs it.

#include <optional>
#include <string>

namespace deckctl::git {

struct Provenance {
  std::string commit;  // 40 hex digits
  std::string author;  // Name <address>
  int64_t time_s = 0;  // of the commit, since 1970
  bool dirty = false;  // what was read is not what the commit holds
};

// Of `git:REV[:PATH]` the commit of REV in the repository of `repository` (empty: the working directory); of a file or folder the commit
// that its clone stands at. nullopt: stdin, outside of any repository, or before the first commit.
std::optional<Provenance> provenance(const std::string& source, const std::string& repository = {});

}  // namespace deckctl::git
