#include <doctest/doctest.h>

#include "gateway/proxy/real_ip.h"

namespace {

// The client address for a request of 10.0.0.1, a trusted peer, with this X-Forwarded-For.
std::string client_for(std::string_view forwarded, std::string_view trusted) {
  proxy::Options options;
  options.real_ip_header = "X-Forwarded-For";
  options.real_ip_recursive = true;
  options.trusted = {*net::IpNetwork::parse(trusted)};
  plugins::Exchange exchange;
  exchange.client.ip = exchange.client.peer_ip = "10.0.0.1";
  exchange.request.headers.add("X-Forwarded-For", forwarded);
  proxy::apply_real_ip(exchange, options);
  return std::string(exchange.client.ip);
}

}  // namespace

TEST_CASE("the last address that is not trusted is the client's") {
  CHECK(client_for("192.0.2.7, 10.0.0.2", "10.0.0.0/8") == "192.0.2.7");
  CHECK(client_for("[2001:db8::1]:80", "10.0.0.0/8") == "2001:db8::1");
  CHECK(client_for("192.0.2.7", "172.16.0.0/12") == "10.0.0.1");
}

TEST_CASE("what a client forwards is an address or nothing: a block of addresses is none") {
  CHECK(client_for("192.0.2.0/24", "10.0.0.0/8") == "10.0.0.1");
  CHECK(client_for("192.0.2.7, unknown", "10.0.0.0/8") == "10.0.0.1");
}
