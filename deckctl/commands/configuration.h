#pragma once
// A configuration named on the command line: files, directories, stdin or a revision in git, loaded the way a node loads it.

#include <memory>
#include <string>
#include <vector>

#include "schema/config.h"

namespace CLI {
class App;
}

namespace deckctl {

struct ConfigurationOptions {
  std::string unknown_plugins = "refuse";  // or "skip"
  std::string repository;                  // where `git:` sources are looked up; empty: around the working directory
  std::string router_flavor = "traditional_compatible";  // or "expressions"
  bool accept_described_plugins = false;  // for verbs that look at a configuration without holding it against this gateway's plugins

  void add_options(CLI::App& command);         // all of them:
  void add_source_options(CLI::App& command);  // where the text comes from
  void add_node_options(CLI::App& command);    // what the node is like that it is for
  schema::LoadOptions load_options() const;
};

// How every verb describes its sources.
inline constexpr const char* sources_help = "files, directories, - for stdin, or git:REV[:PATH] for what a revision holds";

// The text of every source. No source at all is stdin.
std::vector<schema::Source> open_configuration(const std::vector<std::string>& sources, const ConfigurationOptions& options, schema::Problems& problems);

// nullptr when any error was reported; `refused` then holds the file names that the problems' places need.
std::unique_ptr<const schema::Config> load_configuration(const std::vector<std::string>& sources, const ConfigurationOptions& options,
                                                         schema::Problems& problems, schema::Document* refused = nullptr);

// The same for verbs whose result is not the report: problems go to stderr as text.
std::unique_ptr<const schema::Config> load_or_complain(const std::vector<std::string>& sources, const ConfigurationOptions& options);

}  // namespace deckctl
