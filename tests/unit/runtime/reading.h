#pragma once
// Settings as a start reads them, and what it says about them.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "gateway/runtime/settings.h"

namespace runtime {

struct Outcome {
  Settings settings;
  std::vector<std::string> errors, warnings;
  bool good = false;
};

inline Outcome read(Invocation invocation, bool usual_files = false) {
  Outcome outcome;
  if (!usual_files) invocation.conf_files.clear(), invocation.configuration_files.clear();
  outcome.good = read_settings(invocation, outcome.settings, outcome.errors, outcome.warnings);
  return outcome;
}

}  // namespace runtime
