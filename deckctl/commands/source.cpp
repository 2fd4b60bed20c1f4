#include <cstdio>
#include <fstream>

#include "deckctl/commands/commands.h"
#include "schema/report.h"

namespace deckctl {

std::unique_ptr<const schema::Config> load_sources(const std::vector<std::string>& paths, const Options& options) {
  schema::Problems problems;
  schema::LoadOptions load_options;
  if (options.unknown_plugins == "skip") load_options.unknown_plugins = schema::UnknownPlugins::skip;
  // Never an empty configuration by accident: no path means stdin, and an unreadable or empty source is a problem.
  auto sources = schema::open_sources(paths.empty() ? std::vector<std::string>{"-"} : paths, problems);
  schema::Document refused;
  std::unique_ptr<const schema::Config> config;
  if (!problems.any_error()) config = schema::load(std::move(sources), problems, load_options, &refused);
  problems.sort();
  std::fputs(schema::report(problems, config ? config->document : refused, schema::Format::text).c_str(), stderr);
  return config;
}

std::vector<std::string> node_addresses(const Options& options) {
  std::vector<std::string> addresses = options.nodes;
  if (!options.nodes_file.empty()) {
    std::ifstream file(options.nodes_file);
    for (std::string line; std::getline(file, line);) {
      line = line.substr(0, line.find('#'));
      while (!line.empty() && (line.back() == ' ' || line.back() == '\r' || line.back() == '\t')) line.pop_back();
      if (!line.empty()) addresses.push_back(line);
    }
    if (addresses.empty()) std::fprintf(stderr, "deckctl: %s: names no node\n", options.nodes_file.c_str());
    return addresses;
  }
  if (addresses.empty()) addresses.push_back("http://127.0.0.1:8001");
  return addresses;
}

bool write_result(const Options& options, const std::string& text) {
  if (options.output == "-") return std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  std::ofstream file(options.output, std::ios::binary);
  file << text;
  file.close();
  if (!file) std::fprintf(stderr, "deckctl: cannot write %s\n", options.output.c_str());
  return static_cast<bool>(file);
}

}  // namespace deckctl
