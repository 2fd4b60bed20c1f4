#include "deckctl/nodes/address.h"

#include <algorithm>
#include <charconv>

namespace deckctl {

namespace {

std::string parse_port(std::string_view text, int& port) {
  const auto [stop, fault] = std::from_chars(text.data(), text.data() + text.size(), port);
  const bool good = fault == std::errc() && stop == text.data() + text.size() && port >= 1 && port <= 65535;
  return good ? "" : "the port must be a number from 1 to 65535";
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 && hex_digit(text[i + 2]) >= 0) {
      out += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

void take_user(std::string_view user_info, NodeAddress& address) {
  const size_t colon = user_info.find(':');
  address.user = percent_decoded(user_info.substr(0, colon));
  if (colon != std::string_view::npos) address.password = percent_decoded(user_info.substr(colon + 1));
}

std::string parse_authority(std::string_view authority, NodeAddress& address) {
  if (const size_t at = authority.rfind('@'); at != std::string_view::npos) {
    take_user(authority.substr(0, at), address);
    authority.remove_prefix(at + 1);
  }
  std::string_view port;
  if (authority.starts_with('[')) {
    const size_t close = authority.find(']');
    if (close == std::string_view::npos) return "[ without ]";
    address.host = authority.substr(1, close - 1);
    port = authority.substr(close + 1);
  } else {
    const size_t colon = std::min(authority.find(':'), authority.size());
    address.host = authority.substr(0, colon);
    port = authority.substr(colon);
  }
  if (address.host.empty()) return "there is no host in it";
  if (port.empty()) return "";
  return port.front() == ':' ? parse_port(port.substr(1), address.port) : "something stands between host and port";
}

// Without credentials and query.
std::string shown(const NodeAddress& address) {
  if (address.scheme == NodeAddress::Scheme::unix_socket) return "unix:" + address.host;
  const bool tls = address.scheme == NodeAddress::Scheme::https;
  const std::string host = address.host.find(':') != std::string::npos ? "[" + address.host + "]" : address.host;
  const std::string port = address.port == (tls ? 443 : 80) ? "" : ":" + std::to_string(address.port);
  return (tls ? "https://" : "http://") + host + port + address.base_path;
}

}  // namespace

std::string parse_url(std::string_view url, NodeAddress& address) {
  if (std::any_of(url.begin(), url.end(), [](unsigned char c) { return c <= ' ' || c == 0x7f; })) return "there is a blank or a control character in it";
  if (url.starts_with("unix:")) {
    url.remove_prefix(5);
    if (url.starts_with("//")) url.remove_prefix(2);
    address.scheme = NodeAddress::Scheme::unix_socket;
    address.host = url;
    // sun_path of unix(7) has 108 bytes, the last of them a zero.
    if (url.empty() || url.size() > 107) return "the path of a unix socket has 1 to 107 bytes";
    address.name = shown(address);
    return "";
  }
  if (const size_t end = url.find("://"); end != std::string_view::npos) {
    const std::string_view scheme = url.substr(0, end);
    if (scheme != "http" && scheme != "https") return "expected http://, https:// or unix:";
    if (scheme == "https") address.scheme = NodeAddress::Scheme::https, address.port = 443;
    url.remove_prefix(end + 3);
  }
  if (url.find_first_of("?#") != std::string_view::npos) return "a query or fragment has no meaning here";
  const size_t slash = std::min(url.find('/'), url.size());
  address.base_path = url.substr(slash);
  while (address.base_path.ends_with('/')) address.base_path.pop_back();
  std::string wrong = parse_authority(url.substr(0, slash), address);
  if (wrong.empty()) address.name = shown(address);
  return wrong;
}

std::string add_header(std::string_view line, NodeAddress& address) {
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) return "expected name:value";
  const std::string_view name = line.substr(0, colon);
  const auto is_token = [](char c) { return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos; };
  if (!std::all_of(name.begin(), name.end(), is_token)) return "the name of a header has only letters, digits and !#$%&'*+-.^_`|~";
  std::string_view value = line.substr(colon + 1);
  while (!value.empty() && (value.front() == ' ' || value.front() == '\t')) value.remove_prefix(1);
  while (!value.empty() && (value.back() == ' ' || value.back() == '\t')) value.remove_suffix(1);
  if (std::any_of(value.begin(), value.end(), [](unsigned char c) { return (c < ' ' && c != '\t') || c == 0x7f; }))
    return "there is a control character in the value of " + std::string(name);
  address.headers.emplace_back(name, value);
  return "";
}

}  // namespace deckctl
