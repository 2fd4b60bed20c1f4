#pragma once
// A configuration named on the command line: files, directories or stdin, loaded the way a node loads it.

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

  void add_options(CLI::App& command);
};

// nullptr when any error was reported; `refused` then holds the file names that the problems' places need.
std::unique_ptr<const schema::Config> load_configuration(const std::vector<std::string>& sources, const ConfigurationOptions& options,
                                                         schema::Problems& problems, schema::Document* refused = nullptr);

// The same for verbs whose result is not the report: problems go to stderr as text.
std::unique_ptr<const schema::Config> load_or_complain(const std::vector<std::string>& sources, const ConfigurationOptions& options);

}  // namespace deckctl
