#pragma once
// Where a result goes: stdout, or the file of --output-file.

#include <string>
#include <string_view>

namespace CLI {
class App;
}

namespace deckctl {

class Output {
 public:
  void add_options(CLI::App& command);
  // False, and a line on stderr, when it cannot be written as a whole.
  bool write(std::string_view text) const;

 private:
  std::string path_ = "-";
};

}  // namespace deckctl
