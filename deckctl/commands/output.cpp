#include "deckctl/commands/output.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
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

bool Output::wants_colour() const {
  const char* refused = std::getenv("NO_COLOR");
  return path_ == "-" && isatty(STDOUT_FILENO) != 0 && (refused == nullptr || *refused == '\0');
}

namespace {

bool write_whole(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

}  // namespace

bool replace_file(const std::string& path, std::string_view text) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path file = fs::canonical(path, error);
  // Beside the file, because a rename does not cross file systems.
  std::string fresh = (file.parent_path() / ("." + file.filename().string() + ".XXXXXX")).string();
  const int handle = error ? -1 : ::mkstemp(fresh.data());
  bool good = handle >= 0 && write_whole(handle, text) && ::fsync(handle) == 0;
  if (handle >= 0) good = ::close(handle) == 0 && good;
  if (good) fs::permissions(fresh, fs::status(file, error).permissions(), error);
  if (good && !error) fs::rename(fresh, file, error);
  if (good && !error) return true;
  if (handle >= 0) ::unlink(fresh.c_str());
  std::fprintf(stderr, "deckctl: cannot write %s\n", path.c_str());
  return false;
}

}  // namespace deckctl
