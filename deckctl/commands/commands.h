#pragma once
// The verbs. Each reads its options, writes its result to stdout (and nothing else there), and returns the exit code.

#include <memory>
#include <string>
#include <vector>

#include "schema/config.h"

namespace deckctl {

inline constexpr int exit_good = 0, exit_error = 1;

struct Options {
  std::vector<std::string> sources;
  std::string format = "text", output = "-", unknown_plugins = "refuse";
};

int validate(const Options& options);
int version(const Options& options);

// Shared by the verbs (result.cpp).
// To stdout or --output-file. False when it cannot be written.
bool write_result(const Options& options, const std::string& text);

}  // namespace deckctl
