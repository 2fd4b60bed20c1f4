#pragma once
// The verbs. Each reads its options, writes its result to stdout (and nothing else there), and returns the exit code.

#include <memory>
#include <string>
#include <vector>

#include "schema/config.h"

namespace deckctl {

inline constexpr int exit_good = 0, exit_error = 1, exit_different = 2;

struct Options {
  std::vector<std::string> sources, nodes;
  std::string nodes_file, format = "text", output = "-", unknown_plugins = "refuse";
  bool yes = false;
  double max_deletes_percent = 30;
  int timeout_s = 30;
};

int validate(const Options& options);
int format(const Options& options);
int diff(const Options& options);
int sync(const Options& options);
int dump(const Options& options);
int ping(const Options& options);
int version(const Options& options);

// Shared by the verbs (source.cpp).
// The configuration of `paths`; nullptr after its problems were printed to stderr.
std::unique_ptr<const schema::Config> load_sources(const std::vector<std::string>& paths, const Options& options);
// The addresses of --node and --nodes, or the default http://127.0.0.1:8001.
std::vector<std::string> node_addresses(const Options& options);
// To stdout or --output-file. False when it cannot be written.
bool write_result(const Options& options, const std::string& text);

}  // namespace deckctl
