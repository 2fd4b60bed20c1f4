#include "gateway/net/ip_network.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace net {

namespace {

constexpr std::array<uint8_t, 12> v4_mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  std::array<char, INET6_ADDRSTRLEN> terminated{};
  if (text.empty() || text.size() >= terminated.size()) return std::nullopt;
  std::memcpy(terminated.data(), text.data(), text.size());
  IpAddress address;
  if (inet_pton(AF_INET6, terminated.data(), address.octets.data()) == 1) return address;
  std::copy(v4_mapped.begin(), v4_mapped.end(), address.octets.begin());
  if (inet_pton(AF_INET, terminated.data(), address.octets.data() + v4_mapped.size()) == 1) return address;
  return std::nullopt;
}

bool IpAddress::is_v4() const { return std::equal(v4_mapped.begin(), v4_mapped.end(), octets.begin()); }

std::optional<IpNetwork> IpNetwork::parse(std::string_view text) {
  const size_t slash = text.find('/');
  const auto address = IpAddress::parse(text.substr(0, slash));
  if (!address) return std::nullopt;
  const bool v4 = text.substr(0, slash).find(':') == std::string_view::npos;
  unsigned bits = v4 ? 32 : 128;
  if (slash != std::string_view::npos) {
    const std::string_view digits = text.substr(slash + 1);
    const unsigned most = bits;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
    if (error != std::errc() || end != digits.data() + digits.size() || bits > most) return std::nullopt;
  }
  return IpNetwork{*address, v4 ? bits + 96 : bits};
}

bool IpNetwork::contains(const IpAddress& other) const {
  if (other.is_v4() && bits < 96) return false;
  const unsigned whole = bits / 8, rest = bits % 8;
  if (std::memcmp(address.octets.data(), other.octets.data(), whole) != 0) return false;
  if (rest == 0) return true;
  const auto mask = static_cast<uint8_t>(0xff00u >> rest);
  return (address.octets[whole] & mask) == (other.octets[whole] & mask);
}

}  // namespace net
