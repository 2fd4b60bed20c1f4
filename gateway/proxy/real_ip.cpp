#include "gateway/proxy/real_ip.h"

namespace proxy {

namespace {

// "ip", "ip:port" or "[v6]:port" without the port.
std::string_view bare_address(std::string_view text) {
  if (!text.empty() && text.front() == '[') return text.substr(1, text.find(']') - 1);
  size_t colon = text.find(':');
  if (colon != std::string_view::npos && text.find(':', colon + 1) == std::string_view::npos) return text.substr(0, colon);
  return text;
}

}  // namespace

void apply_real_ip(plugins::Exchange& exchange, const Options& options) {
  plugins::Client& client = exchange.client;
  client.trusted = contains(options.trusted, client.peer_ip);
  if (!client.trusted) return;
  std::vector<std::string_view> chain;
  for (const http::Header& header : exchange.request.headers.all())
    if (http::equal_names(header.name, options.real_ip_header))
      http::each_element(header.value, [&](std::string_view element) {
        chain.push_back(bare_address(element));
        return true;
      });
  Network parsed;
  for (size_t i = chain.size(); i-- > 0;) {
    if (!parse_network(chain[i], parsed)) return;
    client.ip = chain[i];
    if (!options.real_ip_recursive || !contains(options.trusted, chain[i])) return;
  }
}

}  // namespace proxy
