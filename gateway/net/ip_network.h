#pragma once
// Addresses and CIDR blocks as configurations write them, and whether one holds the other.

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace net {

// Sixteen octets; IPv4 as ::ffff:a.b.c.d (RFC 4291 section 2.5.5.2), so that one comparison serves both and a mapped address cannot slip past.
struct IpAddress {
  std::array<uint8_t, 16> octets{};

  // "10.0.0.1" or "::1", without brackets, zone or port.
  static std::optional<IpAddress> parse(std::string_view text);
  bool is_v4() const;
  friend bool operator==(const IpAddress&, const IpAddress&) = default;
};

// The addresses whose first `bits` are those of `address`. A block of IPv6 holds no IPv4 address, not even ::/0.
struct IpNetwork {
  IpAddress address;
  unsigned bits = 128;

  // "10.0.0.0/8"; an address alone is a block of one.
  static std::optional<IpNetwork> parse(std::string_view text);
  bool contains(const IpAddress& other) const;
};

}  // namespace net
