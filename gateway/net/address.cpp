#include "gateway/net/address.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <charconv>
#include <cstddef>
#include <cstring>

namespace net {
namespace {

constexpr std::string_view unix_prefix = "unix:";

std::optional<uint16_t> parse_port(std::string_view text) {
  uint16_t port = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return port;
}

}  // namespace

std::optional<Address> Address::parse(std::string_view text, uint16_t default_port) {
  if (text.starts_with(unix_prefix)) {
    std::string_view path = text.substr(unix_prefix.size());
    if (path.empty()) return std::nullopt;
    return from_path(path);
  }
  if (text.starts_with('[')) {
    size_t end = text.find(']');
    if (end == text.npos) return std::nullopt;
    std::string_view rest = text.substr(end + 1);
    if (rest.empty()) return from_ip(text, default_port);
    auto port = rest[0] == ':' ? parse_port(rest.substr(1)) : std::nullopt;
    return port ? from_ip(text.substr(0, end + 1), *port) : std::nullopt;
  }
  size_t colon = text.find(':');
  if (colon == text.npos || text.find(':', colon + 1) != text.npos) return from_ip(text, default_port);
  auto port = parse_port(text.substr(colon + 1));
  return port ? from_ip(text.substr(0, colon), *port) : std::nullopt;
}

std::optional<Address> Address::from_ip(std::string_view ip, uint16_t port) {
  if (ip.size() > 2 && ip.front() == '[' && ip.back() == ']') {
    ip = ip.substr(1, ip.size() - 2);
    if (ip.find(':') == ip.npos) return std::nullopt;
  }
  char text[INET6_ADDRSTRLEN + IF_NAMESIZE + 1];
  if (ip.empty() || ip.size() >= sizeof text) return std::nullopt;
  std::memcpy(text, ip.data(), ip.size());
  text[ip.size()] = 0;
  uint8_t bytes[16];
  if (inet_pton(AF_INET, text, bytes) == 1) return from_v4(bytes, port);
  uint32_t zone = 0;
  if (char* percent = std::strchr(text, '%')) {  // RFC 4007 section 11
    *percent = 0;
    zone = if_nametoindex(percent + 1);
    if (zone == 0) return std::nullopt;
  }
  if (inet_pton(AF_INET6, text, bytes) == 1) return from_v6(bytes, port, zone);
  return std::nullopt;
}

Address Address::from_v4(const void* four_bytes, uint16_t port) {
  Address address;
  address.family_ = Family::v4;
  address.port_ = port;
  std::memcpy(address.bytes_.data(), four_bytes, 4);
  return address;
}

Address Address::from_v6(const void* sixteen_bytes, uint16_t port, uint32_t zone) {
  Address address;
  address.family_ = Family::v6;
  address.port_ = port;
  address.zone_ = zone;
  std::memcpy(address.bytes_.data(), sixteen_bytes, 16);
  return address;
}

Address Address::from_path(std::string_view path) {
  Address address;
  address.family_ = Family::unix_path;
  address.path_ = path;
  return address;
}

Address Address::from_sockaddr(const sockaddr* address, socklen_t bytes) {
  if (address->sa_family == AF_INET) {
    auto* v4 = reinterpret_cast<const sockaddr_in*>(address);
    return from_v4(&v4->sin_addr, ntohs(v4->sin_port));
  }
  if (address->sa_family == AF_INET6) {
    auto* v6 = reinterpret_cast<const sockaddr_in6*>(address);
    return from_v6(&v6->sin6_addr, ntohs(v6->sin6_port), v6->sin6_scope_id);
  }
  if (address->sa_family != AF_UNIX) return {};
  // The path of a client's unix socket is usually empty.
  auto* un = reinterpret_cast<const sockaddr_un*>(address);
  size_t path_bytes_max = bytes > offsetof(sockaddr_un, sun_path) ? bytes - offsetof(sockaddr_un, sun_path) : 0;
  return from_path({un->sun_path, strnlen(un->sun_path, path_bytes_max)});
}

Address Address::with_port(uint16_t port) const {
  Address address = *this;
  address.port_ = port;
  return address;
}

std::string Address::ip() const {
  char text[INET6_ADDRSTRLEN] = "";
  switch (family_) {
    case Family::v4:
      return inet_ntop(AF_INET, bytes_.data(), text, sizeof text);
    case Family::v6:
      return inet_ntop(AF_INET6, bytes_.data(), text, sizeof text);
    case Family::unix_path:
      return std::string(unix_prefix);
    case Family::none:
      break;
  }
  return {};
}

std::string Address::text() const {
  switch (family_) {
    case Family::v4:
      return ip() + ":" + std::to_string(port_);
    case Family::v6:
      return std::string("[").append(ip()).append("]:").append(std::to_string(port_));
    case Family::unix_path:
      return std::string(unix_prefix) + path_;
    case Family::none:
      break;
  }
  return {};
}

socklen_t Address::to_sockaddr(sockaddr_storage& into) const {
  into = {};
  if (family_ == Family::v4) {
    auto& v4 = reinterpret_cast<sockaddr_in&>(into);
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port_);
    std::memcpy(&v4.sin_addr, bytes_.data(), 4);
    return sizeof v4;
  }
  if (family_ == Family::v6) {
    auto& v6 = reinterpret_cast<sockaddr_in6&>(into);
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port_);
    v6.sin6_scope_id = zone_;
    std::memcpy(&v6.sin6_addr, bytes_.data(), 16);
    return sizeof v6;
  }
  auto& un = reinterpret_cast<sockaddr_un&>(into);
  if (family_ != Family::unix_path || path_.size() >= sizeof un.sun_path) return 0;
  un.sun_family = AF_UNIX;
  std::memcpy(un.sun_path, path_.data(), path_.size());
  return static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path_.size() + 1);
}

size_t Address::hash() const {
  uint64_t halves[2];
  std::memcpy(halves, bytes_.data(), sizeof halves);
  // Multiplying by an odd constant spreads the low bits, where neighbouring addresses differ, over the whole word.
  uint64_t mixed = (halves[0] ^ (halves[1] * 0x9e3779b97f4a7c15) ^ port_ ^ (uint64_t{zone_} << 32)) * 0x9e3779b97f4a7c15;
  if (is_unix()) mixed ^= std::hash<std::string>()(path_);
  return mixed ^ (mixed >> 32);
}

}  // namespace net
