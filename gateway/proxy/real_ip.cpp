#include "gateway/proxy/real_ip.h"

#include <algorithm>

namespace proxy {

namespace {

// "ip", "ip:port" or "[v6]:port" without the port.
std::string_view bare_address(std::string_view text) {
  if (!text.empty() && text.front() == '[') return text.substr(1, text.find(']') - 1);
  size_t colon = text.find(':');
  if (colon != std::string_view::npos && text.find(':', colon + 1) == std::string_view::npos) return text.substr(0, colon);
  return text;
}

bool contains(const std::vector<net::IpNetwork>& networks, const net::IpAddress& address) {
  return std::ranges::any_of(networks, [&](const net::IpNetwork& network) { return network.contains(address); });
}

}  // namespace

void apply_real_ip(plugins::Exchange& exchange, const Options& options) {
  plugins::Client& client = exchange.client;
  if (options.trusted.empty()) return;
  const auto peer = net::IpAddress::parse(client.peer_ip);
  client.trusted = peer && contains(options.trusted, *peer);
  if (!client.trusted) return;
  std::vector<std::string_view> chain;
  for (const http::Header& header : exchange.request.headers.all())
    if (http::equal_names(header.name, options.real_ip_header))
      http::each_element(header.value, [&](std::string_view element) {
        chain.push_back(bare_address(element));
        return true;
      });
  for (size_t i = chain.size(); i-- > 0;) {
    const auto address = net::IpAddress::parse(chain[i]);
    if (!address) return;
    client.ip = chain[i];
    if (!options.real_ip_recursive || !contains(options.trusted, *address)) return;
  }
}

}  // namespace proxy
