#pragma once
// What is well-formed UTF-8 (RFC 3629).

#include <string>
#include <string_view>

namespace schema {

// The offset of the first byte that is no part of a well-formed character; npos when there is none.
size_t utf8_fault(std::string_view text);
// Characters of well-formed text.
size_t utf8_length(std::string_view text);
// Bytes that are no part of a character become U+FFFD.
std::string utf8_repaired(std::string_view text);

}  // namespace schema
