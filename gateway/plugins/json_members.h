#pragma once
// The members of a JSON object as they stand in its text. Plugins that change a few members leave the text of all others alone: 64-bit
// numbers, `[]` and escapes survive, which a tree of doubles would lose.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plugins {

struct JsonMember {
  std::string name;       // decoded
  std::string_view text;  // of the value, as it stands in the source
};

// nullopt: `source` is not one well-formed JSON object (RFC 8259). Views point into `source`.
std::optional<std::vector<JsonMember>> json_members(std::string_view source);
// The value of a JSON string text; nullopt when `text` is another kind of value.
std::optional<std::string> json_string(std::string_view text);

}  // namespace plugins
