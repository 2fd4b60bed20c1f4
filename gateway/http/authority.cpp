#include "gateway/http/authority.h"

#include <arpa/inet.h>

#include <array>
#include <cstring>

namespace http {

namespace {

constexpr size_t host_bytes_max = 255;

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

constexpr std::array<bool, 256> make_host_table() {
  std::array<bool, 256> table{};
  for (size_t c = 0; c < 128; ++c) table[c] = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  // sub-delims without the comma: a list of hosts would look like one.
  for (char c : std::string_view("-._~!$&'()*+;=")) table[static_cast<unsigned char>(c)] = true;
  return table;
}
constexpr auto host_table = make_host_table();

bool is_name(std::string_view name) {
  if (name.empty() || name.size() > host_bytes_max) return false;
  for (size_t i = 0; i < name.size(); ++i) {
    if (name[i] == '%') {
      if (i + 2 >= name.size() || !is_hex(name[i + 1]) || !is_hex(name[i + 2])) return false;
      if (name[i + 1] < '2' || name.substr(i + 1, 2) == "7f" || name.substr(i + 1, 2) == "7F") return false;  // a control in disguise
      i += 2;
    } else if (!host_table[static_cast<unsigned char>(name[i])]) {
      return false;
    }
  }
  return true;
}

bool is_ipv6(std::string_view text) {
  char copy[INET6_ADDRSTRLEN];
  if (text.size() >= sizeof copy) return false;
  std::memcpy(copy, text.data(), text.size());
  copy[text.size()] = '\0';
  in6_addr address;
  return std::strlen(copy) == text.size() && inet_pton(AF_INET6, copy, &address) == 1;
}

bool is_port(std::string_view port) {
  if (port.size() > 5) return false;
  unsigned number = 0;
  for (char c : port) {
    if (c < '0' || c > '9') return false;
    number = number * 10 + static_cast<unsigned>(c - '0');
  }
  return number <= 65535;  // an empty port is the scheme's default (RFC 3986 section 3.2.3)
}

}  // namespace

bool is_authority(std::string_view text) {
  if (text.empty()) return false;
  if (text.front() == '[') {
    const size_t close = text.find(']');
    if (close == std::string_view::npos || !is_ipv6(text.substr(1, close - 1))) return false;
    const std::string_view rest = text.substr(close + 1);
    return rest.empty() || (rest.front() == ':' && is_port(rest.substr(1)));
  }
  const size_t colon = text.find(':');
  if (!is_name(text.substr(0, colon))) return false;
  return colon == std::string_view::npos || is_port(text.substr(colon + 1));
}

std::string_view host_of(std::string_view authority) {
  const size_t colon = authority.rfind(':');
  return colon == std::string_view::npos || authority.back() == ']' ? authority : authority.substr(0, colon);
}

}  // namespace http
