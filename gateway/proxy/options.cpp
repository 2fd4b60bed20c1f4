#include "gateway/proxy/options.h"

#include <arpa/inet.h>

#include <charconv>
#include <cstring>

namespace proxy {

namespace {

// `bits_total` is 32 or 128: what a prefix length counts in.
bool parse_ip(std::string_view text, std::array<uint8_t, 16>& bytes, int& bits_total) {
  char buffer[64];
  if (text.empty() || text.size() >= sizeof buffer) return false;
  std::memcpy(buffer, text.data(), text.size());
  buffer[text.size()] = 0;
  bytes.fill(0);
  if (inet_pton(AF_INET, buffer, bytes.data() + 12) == 1) {
    bytes[10] = bytes[11] = 0xff;
    bits_total = 32;
    return true;
  }
  bits_total = 128;
  return inet_pton(AF_INET6, buffer, bytes.data()) == 1;
}

bool covers(const Network& network, const std::array<uint8_t, 16>& ip) {
  int whole = network.bits / 8;
  if (std::memcmp(network.bytes.data(), ip.data(), static_cast<size_t>(whole)) != 0) return false;
  int rest = network.bits % 8;
  if (rest == 0) return true;
  auto mask = static_cast<uint8_t>(0xff << (8 - rest));
  auto index = static_cast<size_t>(whole);
  return (network.bytes[index] & mask) == (ip[index] & mask);
}

}  // namespace

bool parse_network(std::string_view text, Network& network) {
  size_t slash = text.find('/');
  int bits_total = 0;
  if (!parse_ip(text.substr(0, slash), network.bytes, bits_total)) return false;
  int length = bits_total;
  if (slash != std::string_view::npos) {
    std::string_view digits = text.substr(slash + 1);
    auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
    if (error != std::errc() || end != digits.data() + digits.size() || length < 0 || length > bits_total) return false;
  }
  network.bits = 128 - bits_total + length;
  return true;
}

bool contains(const std::vector<Network>& networks, std::string_view ip) {
  if (networks.empty()) return false;
  std::array<uint8_t, 16> bytes;
  int bits_total = 0;
  if (!parse_ip(ip, bytes, bits_total)) return false;
  for (const Network& network : networks)
    if (covers(network, bytes)) return true;
  return false;
}

}  // namespace proxy
