#pragma once
// Where a socket is or shall be: IPv4 or IPv6 with a port, or the path of a unix socket.

#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace net {

class Address {
 public:
  enum class Family : uint8_t { none, v4, v6, unix_path };

  Address() = default;
  // "10.0.0.1:80", "[::1]:80", "unix:/run/x.sock"; without a port (and without brackets for IPv6) `default_port` is
  // taken.
  static std::optional<Address> parse(std::string_view text, uint16_t default_port = 0);
  // An IP literal, IPv6 with or without brackets. Empty for names.
  static std::optional<Address> from_ip(std::string_view ip, uint16_t port);
  static Address from_v4(const void* four_bytes, uint16_t port);
  static Address from_v6(const void* sixteen_bytes, uint16_t port, uint32_t zone = 0);
  static Address from_path(std::string_view path);
  static Address from_sockaddr(const sockaddr* address, socklen_t bytes);

  Family family() const { return family_; }
  bool is_unix() const { return family_ == Family::unix_path; }
  uint16_t port() const { return port_; }
  Address with_port(uint16_t port) const;
  const std::string& path() const { return path_; }
  // "10.0.0.1", "::1" (no brackets), "unix:" for unix sockets, as in access logs.
  std::string ip() const;
  // What parse() reads.
  std::string text() const;

  // Fills `into`; the length to hand to the kernel, 0 when the path is too long (107 bytes) or the family is none.
  socklen_t to_sockaddr(sockaddr_storage& into) const;

  friend bool operator==(const Address&, const Address&) = default;
  size_t hash() const;

 private:
  Family family_ = Family::none;
  uint16_t port_ = 0;
  uint32_t zone_ = 0;                // IPv6 scope id
  std::array<uint8_t, 16> bytes_{};  // four of them for IPv4
  std::string path_;
};

}  // namespace net
