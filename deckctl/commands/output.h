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
  // Whether it is read by a person who has nothing against colour (the variable NO_COLOR).
  bool wants_colour() const;

 private:
  std::string path_ = "-";
};

// Replaces what a file holds as a whole or not at all; its permissions stay, and a symbolic link keeps pointing to it. Errors as above.
bool replace_file(const std::string& path, std::string_view text);

}  // namespace deckctl
