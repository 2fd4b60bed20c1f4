#include "schema/sources.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>

namespace schema {

namespace {

namespace fs = std::filesystem;

std::string ending_of(const fs::path& path) {
  std::string ending = path.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return ending;
}

Syntax syntax_of(const fs::path& path) {
  const std::string ending = ending_of(path);
  return ending == ".json" ? Syntax::json : ending == ".yml" || ending == ".yaml" ? Syntax::yaml : Syntax::detect;
}

void add_problem(Problems& problems, const std::string& name, const std::string& what) { problems.add({.what = name + ": " + what}); }

// What is no plain file (a pipe, a device) may never end.
void add_stream(const std::string& name, std::istream& stream, const ReadLimits& limits, std::vector<Source>& sources, Problems& problems) {
  std::string text;
  std::vector<char> chunk(64 * 1024);
  while (stream) {
    stream.read(chunk.data(), static_cast<std::streamsize>(chunk.size()));
    text.append(chunk.data(), static_cast<size_t>(stream.gcount()));
    if (text.size() > limits.bytes_max) return add_problem(problems, name, "is larger than " + std::to_string(limits.bytes_max) + " bytes");
  }
  if (stream.bad()) return add_problem(problems, name, "cannot be read");
  add_source(name, std::move(text), sources, problems);
}

void add_file(const fs::path& path, const ReadLimits& limits, std::vector<Source>& sources, Problems& problems) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return add_problem(problems, path.string(), std::strerror(errno));
  add_stream(path.string(), file, limits, sources, problems);
}

void add_folder(const fs::path& folder, const ReadLimits& limits, std::vector<Source>& sources, Problems& problems) {
  std::error_code error;
  const std::vector<fs::path> files = configuration_files(folder, error);
  if (error) return add_problem(problems, folder.string(), error.message());
  if (files.empty()) return add_problem(problems, folder.string(), "holds no .yml, .yaml or .json file");
  for (const fs::path& file : files) add_file(file, limits, sources, problems);
}

}  // namespace

bool has_configuration_ending(const fs::path& path) {
  const std::string ending = ending_of(path);
  return ending == ".yml" || ending == ".yaml" || ending == ".json";
}

bool is_hidden(std::string_view name) { return name.starts_with('.'); }

std::vector<fs::path> configuration_files(const fs::path& folder, std::error_code& error) {
  std::vector<fs::path> files;
  for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    const fs::path& path = at->path();
    if (is_hidden(path.filename().string()))
      at.disable_recursion_pending();
    else if (has_configuration_ending(path) && at->is_regular_file(error))
      files.push_back(path);
    if (error) break;
  }
  std::sort(files.begin(), files.end());
  return files;
}

void add_source(std::string name, std::string text, std::vector<Source>& sources, Problems& problems) {
  if (text.find_first_not_of(" \t\r\n") == std::string::npos) return add_problem(problems, name, "is empty");
  const Syntax syntax = syntax_of(name);
  sources.push_back({std::move(name), std::move(text), syntax});
}

std::vector<Source> open_sources(const std::vector<std::string>& paths, Problems& problems, const ReadLimits& limits) {
  std::vector<Source> sources;
  for (const std::string& path : paths) {
    std::error_code error;
    if (path == "-")
      add_stream("-", std::cin, limits, sources, problems);
    else if (fs::is_directory(path, error))
      add_folder(path, limits, sources, problems);
    else
      add_file(path, limits, sources, problems);
  }
  return sources;
}

}  // namespace schema
