#include "gateway/plugins/ip_restriction.h"

#include <algorithm>

#include "gateway/net/ip_network.h"
#include "gateway/plugins/settings.h"

namespace plugins {
namespace {

class IpRestriction final : public Plugin {
 public:
  IpRestriction(const schema::Plugin& plugin, Building& building)
      : status_(static_cast<int>(plugin.config.number("status").value_or(403))), message_(plugin.config.text("message")) {
    read(plugin, building, "allow", allow_);
    read(plugin, building, "deny", deny_);
  }

  Step on_request(Exchange& exchange) const override {
    auto address = net::IpAddress::parse(exchange.client.ip);
    // No address at all (a unix socket): in no list, so only an allow list keeps it out.
    auto in = [&address](const std::vector<net::IpNetwork>& blocks) {
      return address && std::ranges::any_of(blocks, [&address](const net::IpNetwork& block) { return block.contains(*address); });
    };
    bool admitted = !in(deny_) && (allow_.empty() || in(allow_));
    if (admitted) return Verdict::go_on;
    if (!message_.empty()) return exchange.answer(status_, message_);
    return exchange.answer(status_, exchange.arena.join({"IP address not allowed: ", exchange.client.ip}));
  }

 private:
  static void read(const schema::Plugin& plugin, Building& building, std::string_view field, std::vector<net::IpNetwork>& blocks) {
    for (std::string_view text : plugin.config.texts(field)) {
      auto block = net::IpNetwork::parse(text);
      if (block) blocks.push_back(*block);
      else refuse(plugin, building, field, "not an address or CIDR block: " + std::string(text));
    }
  }

  std::vector<net::IpNetwork> allow_, deny_;
  int status_;
  std::string_view message_;
};

}  // namespace

std::unique_ptr<Plugin> make_ip_restriction(const schema::Plugin& plugin, Building& building) {
  return std::make_unique<IpRestriction>(plugin, building);
}

}  // namespace plugins
