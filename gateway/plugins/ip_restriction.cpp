#include "gateway/plugins/ip_restriction.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "gateway/plugins/settings.h"

namespace plugins {
namespace {

// Sixteen octets; IPv4 as ::ffff:a.b.c.d (RFC 4291 section 2.5.5.2), so that one comparison serves both and a mapped address cannot slip past.
using Address = std::array<uint8_t, 16>;

std::optional<Address> parse_address(std::string_view text) {
  std::array<char, 64> terminated{};
  if (text.size() >= terminated.size()) return std::nullopt;
  std::memcpy(terminated.data(), text.data(), text.size());
  Address address{};
  if (inet_pton(AF_INET6, terminated.data(), address.data()) == 1) return address;
  address = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (inet_pton(AF_INET, terminated.data(), address.data() + 12) == 1) return address;
  return std::nullopt;
}

struct Block {
  Address address;
  unsigned bits;

  bool contains(const Address& other) const {
    unsigned octets = bits / 8, rest = bits % 8;
    if (std::memcmp(address.data(), other.data(), octets) != 0) return false;
    if (rest == 0) return true;
    auto mask = static_cast<uint8_t>(0xff00u >> rest);
    return (address[octets] & mask) == (other[octets] & mask);
  }
};

std::optional<Block> parse_block(std::string_view text) {
  size_t slash = text.find('/');
  auto address = parse_address(text.substr(0, slash));
  if (!address) return std::nullopt;
  unsigned bits = 128;
  if (slash != std::string_view::npos) {
    std::string_view digits = text.substr(slash + 1);
    auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
    bool v4 = text.substr(0, slash).find(':') == std::string_view::npos;
    if (error != std::errc() || end != digits.data() + digits.size() || bits > (v4 ? 32u : 128u)) return std::nullopt;
    if (v4) bits += 96;
  }
  return Block{*address, bits};
}

class IpRestriction final : public Plugin {
 public:
  IpRestriction(const schema::Plugin& plugin, Building& building)
      : status_(static_cast<int>(plugin.config.number("status").value_or(403))), message_(plugin.config.text("message")) {
    read(plugin, building, "allow", allow_);
    read(plugin, building, "deny", deny_);
  }

  Step on_request(Exchange& exchange) const override {
    auto address = parse_address(exchange.client.ip);
    // No address at all (a unix socket): in no list, so only an allow list keeps it out.
    auto in = [&address](const std::vector<Block>& blocks) {
      return address && std::ranges::any_of(blocks, [&address](const Block& block) { return block.contains(*address); });
    };
    bool admitted = !in(deny_) && (allow_.empty() || in(allow_));
    if (admitted) return Verdict::go_on;
    if (!message_.empty()) return exchange.answer(status_, message_);
    return exchange.answer(status_, exchange.arena.join({"IP address not allowed: ", exchange.client.ip}));
  }

 private:
  static void read(const schema::Plugin& plugin, Building& building, std::string_view field, std::vector<Block>& blocks) {
    for (std::string_view text : plugin.config.texts(field)) {
      auto block = parse_block(text);
      if (block) blocks.push_back(*block);
      else refuse(plugin, building, field, "not an address or CIDR block: " + std::string(text));
    }
  }

  std::vector<Block> allow_, deny_;
  int status_;
  std::string_view message_;
};

}  // namespace

std::unique_ptr<Plugin> make_ip_restriction(const schema::Plugin& plugin, Building& building) {
  return std::make_unique<IpRestriction>(plugin, building);
}

}  // namespace plugins
