#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

#include "schema/document.h"

namespace schema {

namespace {

namespace fs = std::filesystem;

bool has_ending(const fs::path& path) {
  std::string ending = path.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return ending == ".yml" || ending == ".yaml" || ending == ".json";
}

Syntax syntax_of(const fs::path& path) {
  const std::string ending = path.extension().string();
  return ending == ".json" ? Syntax::json : ending == ".yml" || ending == ".yaml" ? Syntax::yaml : Syntax::detect;
}

void add_problem(Problems& problems, const std::string& name, const std::string& what) { problems.add({.what = name + ": " + what}); }

void add(std::string name, std::string text, Syntax syntax, std::vector<Source>& sources, Problems& problems) {
  // An empty source must never mean "an empty configuration": that would be a request to delete everything.
  if (text.find_first_not_of(" \t\r\n") == std::string::npos) return add_problem(problems, name, "is empty");
  sources.push_back({std::move(name), std::move(text), syntax});
}

void add_file(const fs::path& path, std::vector<Source>& sources, Problems& problems) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return add_problem(problems, path.string(), std::strerror(errno));
  std::string text(std::istreambuf_iterator<char>(file), {});
  if (file.bad()) return add_problem(problems, path.string(), "cannot be read");
  add(path.string(), std::move(text), syntax_of(path), sources, problems);
}

void add_folder(const fs::path& folder, std::vector<Source>& sources, Problems& problems) {
  std::error_code error;
  std::vector<fs::path> files;
  for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
    if (at->is_regular_file(error) && has_ending(at->path())) files.push_back(at->path());
  if (error) return add_problem(problems, folder.string(), error.message());
  if (files.empty()) return add_problem(problems, folder.string(), "holds no .yml, .yaml or .json file");
  std::sort(files.begin(), files.end());
  for (const fs::path& file : files) add_file(file, sources, problems);
}

}  // namespace

std::vector<Source> open_sources(const std::vector<std::string>& paths, Problems& problems) {
  std::vector<Source> sources;
  for (const std::string& path : paths) {
    std::error_code error;
    if (path == "-")
      add("-", std::string(std::istreambuf_iterator<char>(std::cin), {}), Syntax::detect, sources, problems);
    else if (fs::is_directory(path, error))
      add_folder(path, sources, problems);
    else
      add_file(path, sources, problems);
  }
  return sources;
}

}  // namespace schema
