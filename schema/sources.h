#pragma once
// What counts as a configuration in a folder, whether the folder is on disk or in a tree of git.

#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "schema/document.h"

namespace schema {

// .yml, .yaml or .json in any case.
bool has_configuration_ending(const std::filesystem::path& path);
// Files and folders whose name begins with a dot are left out: .github and .git hold no configuration, and a mounted
// Kubernetes volume keeps its files a second time below ..data.
bool is_hidden(std::string_view name);
// All below `folder`, sorted by path; symbolic links to folders are not entered.
std::vector<std::filesystem::path> configuration_files(const std::filesystem::path& folder, std::error_code& error);

// An empty source must never mean "an empty configuration": that would be a request to delete everything, so it is a problem.
void add_source(std::string name, std::string text, std::vector<Source>& sources, Problems& problems);

}  // namespace schema
