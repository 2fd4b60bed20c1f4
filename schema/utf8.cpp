#include "schema/utf8.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace schema {

namespace {

// Bytes of the character at `at`; 0 when none is well formed there. The second byte rules out overlong forms, surrogates and what lies
// beyond U+10FFFF.
size_t character_bytes(std::string_view text, size_t at) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[at + i]); };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  const size_t bytes = lead >= 0xc2 && lead < 0xe0 ? 2 : lead >= 0xe0 && lead < 0xf0 ? 3 : lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
  if (bytes == 0 || text.size() - at < bytes) return 0;
  for (size_t i = 1; i < bytes; ++i)
    if ((byte(i) & 0xc0) != 0x80) return 0;
  if ((lead == 0xe0 && byte(1) < 0xa0) || (lead == 0xed && byte(1) >= 0xa0) || (lead == 0xf0 && byte(1) < 0x90) || (lead == 0xf4 && byte(1) >= 0x90)) return 0;
  return bytes;
}

// Most of a document is.
bool starts_with_eight_ascii(std::string_view text, size_t at) {
  uint64_t eight;
  if (text.size() - at < sizeof eight) return false;
  std::memcpy(&eight, text.data() + at, sizeof eight);
  return (eight & 0x8080808080808080) == 0;
}

}  // namespace

size_t utf8_fault(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    if (starts_with_eight_ascii(text, at)) {
      at += 8;
      continue;
    }
    const size_t bytes = character_bytes(text, at);
    if (bytes == 0) return at;
    at += bytes;
  }
  return std::string_view::npos;
}

size_t utf8_length(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

std::string utf8_repaired(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const size_t bytes = character_bytes(text, at);
    out += bytes == 0 ? std::string_view("\xef\xbf\xbd") : text.substr(at, bytes);
    at += std::max<size_t>(bytes, 1);
  }
  return out;
}

}  // namespace schema
