#include "gateway/http/h1_fields.h"

#include <array>
#include <cstring>

namespace http {

namespace {

constexpr std::array<bool, 256> make_token_table() {
  std::array<bool, 256> table{};
  for (int c = '0'; c <= '9'; ++c) table[static_cast<size_t>(c)] = true;
  for (int c = 'a'; c <= 'z'; ++c) table[static_cast<size_t>(c)] = true;
  for (int c = 'A'; c <= 'Z'; ++c) table[static_cast<size_t>(c)] = true;
  for (char c : std::string_view("!#$%&'*+-.^_`|~")) table[static_cast<unsigned char>(c)] = true;
  return table;
}
constexpr auto token_table = make_token_table();

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// Digits only: no sign, no list, no overflow.
bool parse_length(std::string_view text, uint64_t& length) {
  if (text.empty() || text.size() > 19) return false;
  length = 0;
  for (char c : text) {
    if (c < '0' || c > '9') return false;
    length = length * 10 + static_cast<uint64_t>(c - '0');
  }
  return true;
}

}  // namespace

bool is_token(std::string_view text) {
  if (text.empty()) return false;
  for (char c : text)
    if (!token_table[static_cast<unsigned char>(c)]) return false;
  return true;
}

bool is_field_value(std::string_view text) {
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && byte != '\t') || byte == 0x7f) return false;
  }
  return true;
}

size_t find_head_end(std::string_view bytes, size_t& scanned, bool& bad) {
  size_t at = scanned;
  while (true) {
    const void* found = at < bytes.size() ? std::memchr(bytes.data() + at, '\n', bytes.size() - at) : nullptr;
    if (found == nullptr) break;
    const size_t line_feed = static_cast<size_t>(static_cast<const char*>(found) - bytes.data());
    if (line_feed == 0 || bytes[line_feed - 1] != '\r') {
      bad = true;
      return 0;
    }
    if (line_feed >= 3 && bytes[line_feed - 2] == '\n') return line_feed + 1;
    at = line_feed + 1;
  }
  scanned = bytes.size();
  return 0;
}

HeadError parse_fields(std::string_view section, const HeadLimits& limits, Headers& headers) {
  while (section != "\r\n") {
    const size_t end = section.find("\r\n");
    std::string_view line = section.substr(0, end);
    section.remove_prefix(end + 2);
    // A line that starts with space would continue the one before (obs-fold): refused, RFC 9112 section 5.2.
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos) return HeadError::bad_request;
    std::string_view name = line.substr(0, colon);
    if (!is_token(name)) return HeadError::bad_request;
    if (name.size() > limits.name_bytes_max) return HeadError::header_too_large;
    std::string_view value = trim(line.substr(colon + 1));
    if (!is_field_value(value)) return HeadError::bad_request;
    if (headers.size() >= limits.headers_max) return HeadError::header_too_large;
    headers.add(Header{identify(name), name, value});
  }
  return HeadError::none;
}

LengthFields read_length_fields(const Headers& headers, int minor_version) {
  LengthFields result;
  int codings = 0;
  for (const Header& header : headers.all()) {
    if (header.id == Name::content_length) {
      uint64_t length = 0;
      if (!parse_length(header.value, length) || (result.has_length && length != result.length)) {
        result.error = HeadError::bad_length;
        return result;
      }
      result.has_length = true;
      result.length = length;
    } else if (header.id == Name::transfer_encoding) {
      ++codings;
      result.chunked = equal_names(header.value, "chunked");
      // One coding, exactly: whatever else stands here is not understood the same by everyone.
      if (!result.chunked) result.error = HeadError::bad_transfer_encoding;
    }
  }
  if (codings > 1 || (codings > 0 && (result.has_length || minor_version == 0))) result.error = HeadError::bad_transfer_encoding;
  return result;
}

bool connection_lists(const Headers& headers, std::string_view option) {
  bool found = false;
  for (const Header& header : headers.all()) {
    if (header.id != Name::connection) continue;
    each_element(header.value, [&](std::string_view element) {
      found = found || equal_names(element, option);
      return !found;
    });
  }
  return found;
}

bool wants_keep_alive(const Headers& headers, int minor_version) {
  if (connection_lists(headers, "close")) return false;
  return minor_version >= 1 || connection_lists(headers, "keep-alive");
}

}  // namespace http
