#include <cstdio>
#include <fstream>

#include "deckctl/commands/commands.h"

namespace deckctl {

bool write_result(const Options& options, const std::string& text) {
  if (options.output == "-") return std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  std::ofstream file(options.output, std::ios::binary);
  file << text;
  file.close();
  if (!file) std::fprintf(stderr, "deckctl: cannot write %s\n", options.output.c_str());
  return static_cast<bool>(file);
}

}  // namespace deckctl
