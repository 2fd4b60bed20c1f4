#pragma once
// Small files read whole: certificates, keys, templates.

#include <optional>
#include <string>

namespace runtime {

// nullopt when it cannot be read; errno says why.
std::optional<std::string> read_text(const std::string& path);

}  // namespace runtime
