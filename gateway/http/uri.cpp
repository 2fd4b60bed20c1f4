#include "gateway/http/uri.h"

#include <array>

namespace http {

namespace {

constexpr std::string_view upper_digits = "0123456789ABCDEF";

constexpr std::array<bool, 256> set_of(std::string_view others, bool alphanumeric) {
  std::array<bool, 256> set{};
  for (char c : others) set[static_cast<unsigned char>(c)] = true;
  for (int c = 0; alphanumeric && c < 128; ++c)
    if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) set[static_cast<size_t>(c)] = true;
  return set;
}
constexpr auto reserved = set_of("!*'();:@&=+$,/?%#[]", false);
constexpr auto unreserved = set_of("-._~", true);
// A backslash is not among them: some upstreams would take it for a slash.
constexpr auto plain_in_path = set_of("-._~%!#$&'()*+,/:;=?@[]", true);

bool in(const std::array<bool, 256>& set, char c) { return set[static_cast<unsigned char>(c)]; }

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// The octet of the escape that starts at `at`; -1 when it is broken.
int escaped_octet(std::string_view text, size_t at) {
  if (at + 2 >= text.size()) return -1;
  const int high = hex_digit(text[at + 1]), low = hex_digit(text[at + 2]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

void append_escape(char c, std::string& out) {
  const auto octet = static_cast<unsigned char>(c);
  out.append(1, '%').append(1, upper_digits[octet >> 4]).append(1, upper_digits[octet & 15]);
}

// Most paths are normal already; this one look spares them the copy.
bool may_need_work(std::string_view path) {
  for (size_t i = 0; i < path.size(); ++i) {
    if (path[i] == '%') return true;
    if (path[i] == '/' && i + 1 < path.size() && (path[i + 1] == '/' || path[i + 1] == '.')) return true;
  }
  return false;
}

// Reserved octets stay escaped, in upper case (RFC 3986 section 6.2.2.1): "%2F" is not a slash.
bool decode_escapes(std::string_view path, std::string& out) {
  for (size_t i = 0; i < path.size(); ++i) {
    if (path[i] != '%') {
      out += path[i];
      continue;
    }
    const int octet = escaped_octet(path, i);
    if (octet <= 0) return false;
    const char c = static_cast<char>(octet);
    if (in(reserved, c)) append_escape(c, out);
    else out += c;
    i += 2;
  }
  return true;
}

// RFC 3986 section 5.2.4, but a climb above the root is an error, and empty segments give no depth to climb from.
bool remove_dots(std::string_view path, std::string& out) {
  size_t depth = 0;
  for (size_t at = 0; at < path.size();) {
    size_t end = path.find('/', at + 1);
    if (end == std::string_view::npos) end = path.size();
    const std::string_view segment = path.substr(at, end - at);  // with its slash
    at = end;
    if (segment == "/..") {
      if (depth == 0 || out.empty()) return false;
      --depth;
      out.resize(out.rfind('/'));
    } else if (segment != "/.") {
      out += segment;
      if (segment.size() > 1) ++depth;
      continue;
    }
    if (at == path.size()) out += '/';
  }
  return true;
}

void merge_equal_slashes(std::string& path) {
  size_t kept = 0;
  for (char c : path)
    if (c != '/' || kept == 0 || path[kept - 1] != '/') path[kept++] = c;
  path.resize(kept);
}

}  // namespace

Target split_target(std::string_view target) {
  const size_t question = target.find('?');
  if (question == std::string_view::npos) return {target, {}, false};
  return {target.substr(0, question), target.substr(question + 1), true};
}

std::optional<std::string_view> normalise_path(std::string_view raw_path, std::string& scratch, bool merge_slashes) {
  if (!may_need_work(raw_path)) return raw_path;
  std::string decoded;
  decoded.reserve(raw_path.size());
  if (!decode_escapes(raw_path, decoded)) return std::nullopt;
  scratch.clear();
  if (decoded.front() != '/') {
    scratch = decoded;
    return std::string_view(scratch);
  }
  if (!remove_dots(decoded, scratch)) return std::nullopt;
  if (merge_slashes) merge_equal_slashes(scratch);
  return std::string_view(scratch);
}

bool is_encoded_path(std::string_view path) {
  for (char c : path)
    if (!in(plain_in_path, c)) return false;
  return true;
}

void encode_path(std::string_view path, std::string& out) {
  for (char c : path) {
    if (in(plain_in_path, c)) out += c;
    else append_escape(c, out);
  }
}

std::string decode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    const int octet = text[i] == '%' ? escaped_octet(text, i) : -1;
    if (octet >= 0) {
      out += static_cast<char>(octet);
      i += 2;
    } else {
      out += text[i] == '+' && plus_is_space ? ' ' : text[i];
    }
  }
  return out;
}

std::string encode_component(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (char c : text) {
    if (in(unreserved, c)) out += c;
    else append_escape(c, out);
  }
  return out;
}

}  // namespace http
