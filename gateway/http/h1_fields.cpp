#include "gateway/http/h1_fields.h"

#include <array>

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

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && byte != '\t') || byte == 0x7f;
}

template <typename Word>
Word load(const char* at) {
  Word word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

// Not 0 when some octet of the eight may be a control. A tab, or an octet next to a hit, may raise a false alarm, never the reverse.
uint64_t suspects(uint64_t octets) {
  constexpr uint64_t ones = 0x0101010101010101, tops = 0x8080808080808080;
  const uint64_t below_space = (octets - ones * 0x20) & ~octets & tops;
  const uint64_t without_del = octets ^ (ones * 0x7f);
  const uint64_t del = (without_del - ones) & ~without_del & tops;
  return below_space | del;
}

bool is_blank(char c) { return c == ' ' || c == '\t'; }

}  // namespace

bool is_token_char(char c) { return token_table[static_cast<unsigned char>(c)]; }

bool is_token(std::string_view text) {
  for (char c : text)
    if (!is_token_char(c)) return false;
  return !text.empty();
}

bool is_field_value(std::string_view text) {
  const char* at = text.data();
  uint64_t hits = 0;
  if (text.size() >= 8) {
    // The last eight octets overlap the ones before them rather than stand alone.
    const char* last = at + text.size() - 8;
    for (; at < last; at += 8) hits |= suspects(load<uint64_t>(at));
    hits |= suspects(load<uint64_t>(last));
  } else if (text.size() >= 4) {
    hits = suspects(uint64_t{load<uint32_t>(at)} << 32 | load<uint32_t>(at + text.size() - 4));
  } else {
    hits = 1;
  }
  if (hits == 0) return true;
  for (char c : text)
    if (is_control(c)) return false;
  return true;
}

std::string_view trim_blanks(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

HeadError read_field(std::string_view line, const HeadLimits& limits, Header& field) {
  size_t colon = 0;
  while (colon < line.size() && is_token_char(line[colon])) ++colon;
  if (colon == 0 || colon == line.size() || line[colon] != ':') return HeadError::bad_request;
  if (colon > limits.name_bytes_max) return HeadError::header_too_large;
  field.name = line.substr(0, colon);
  field.value = trim_blanks(line.substr(colon + 1));
  if (!is_field_value(field.value)) return HeadError::bad_request;
  field.id = identify(field.name);
  field.checked = true;
  return HeadError::none;
}

bool field_lists(const Headers& headers, Name field, std::string_view option) {
  bool found = false;
  if (!headers.has(field)) return found;
  for (const Header& header : headers.all()) {
    if (header.id != field) continue;
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
