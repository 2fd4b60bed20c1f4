#pragma once
// `git:REV[:PATH]`: a file or folder of a revision as a source of configuration.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schema/document.h"

namespace deckctl::git {

struct GitSource {
  std::string revision;
  std::string path;  // from the top of the repository, or from the working directory when it begins with ./ or ../; empty: all of it
};

// nullopt: `text` names something else than a revision. A file of that name is written ./git:...
std::optional<GitSource> parse_source(std::string_view text);

// Reads what `source` names out of the repository that `folder` lies in (empty: the working directory). A folder gives its
// configuration files in sorted order. Names of the sources, and so of their problems, are REV:path. Whatever goes wrong is a
// problem, never an empty configuration.
void open_source(const GitSource& source, const std::string& folder, std::vector<schema::Source>& sources, schema::Problems& problems);

}  // namespace deckctl::git
