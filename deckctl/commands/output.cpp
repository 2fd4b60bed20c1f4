#include "deckctl/commands/output.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>

namespace deckctl {

void Output::add_options(CLI::App& command) {
  command.add_option("-o,--output-file", path_, "write the result there; - is stdout");
}

bool Output::write(std::string_view text) const {
  if (path_ == "-") {
    // A full pipe or disk shows only at the flush.
    const bool good = std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
    if (!good) std::fprintf(stderr, "deckctl: cannot write the result to stdout\n");
    return good;
  }
  std::ofstream file(path_, std::ios::binary);
  file << text;
  file.close();
  if (!file) std::fprintf(stderr, "deckctl: cannot write %s\n", path_.c_str());
  return static_cast<bool>(file);
}

}  // namespace deckctl
