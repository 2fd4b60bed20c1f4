// Clients that go away before they have been answered.

#include <doctest/doctest.h>

#include "tests/unit/proxy/memory_node.h"

namespace {

constexpr std::string_view one_service = R"(
services:
- name: one
  url: http://10.0.0.1:80
  routes:
  - paths: [/]
plugins:
- {name: prometheus, config: {status_code_metrics: true}}
)";
constexpr std::string_view get = "GET /a HTTP/1.1\r\nHost: gw\r\n\r\n";
constexpr std::string_view hello = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

struct Fixture : proxy::MemoryNode {
  explicit Fixture(proxy::Options settings = {}) : MemoryNode(std::move(settings)) { REQUIRE(load(std::string(one_service))); }
  uint64_t served() { return worker.counters.writing.load(); }
};

proxy::Options ignoring() {
  proxy::Options options;
  options.ignore_client_abort = true;
  return options;
}

}  // namespace

TEST_CASE("a client that leaves takes its request with it, although the upstream is silent") {
  Fixture node;
  auto client = node.connect();
  client->put(get);
  node.run();
  REQUIRE(node.served() == 1);
  node.upstream(0).take();
  SUBCASE("in order") { client->close(); }
  SUBCASE("by a reset") { client->reset(); }
  node.run();
  CHECK(node.served() == 0);
  CHECK(node.worker.counters.active == 0);
  CHECK(node.upstream(0).peer_ended());
  CHECK(node.worker.pool.idle() == 0);
  CHECK(node.plugin_state.metrics.text().find("code=\"499\"") != std::string::npos);
}

TEST_CASE("a client that leaves in the middle of its answer lets the upstream go") {
  Fixture node;
  auto client = node.connect();
  client->put(get);
  node.run();
  node.upstream(0).take();
  node.upstream(0).put("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe");
  node.run();
  client->take();
  client->close();
  node.run();
  CHECK(node.served() == 0);
  CHECK(node.upstream(0).peer_ended());
  CHECK(node.plugin_state.metrics.text().find("code=\"200\"") != std::string::npos);
}

TEST_CASE("an end that comes along with the request is no leaving") {
  Fixture node;
  auto client = node.connect();
  client->put(get);
  client->shutdown_write();
  node.run();
  node.upstream(0).put(hello);
  node.run();
  CHECK(client->take().starts_with("HTTP/1.1 200 OK\r\n"));
}

TEST_CASE("an end behind a body that is still being read is no leaving") {
  Fixture node;
  auto client = node.connect();
  client->put("POST /a HTTP/1.1\r\nHost: gw\r\nContent-Length: 100000\r\n\r\n" + std::string(90'000, 'x'));
  node.run();
  client->put(std::string(10'000, 'x'));
  client->shutdown_write();
  node.run();
  while (!node.upstream(0).take().empty()) node.run();
  node.upstream(0).put(hello);
  node.run();
  CHECK(client->take().starts_with("HTTP/1.1 200 OK\r\n"));
}

TEST_CASE("a client that ends its direction later is answered where the settings say so") {
  Fixture node(ignoring());
  auto client = node.connect();
  client->put(get);
  node.run();
  client->shutdown_write();
  node.run();
  REQUIRE(node.served() == 1);
  node.upstream(0).put(hello);
  node.run();
  CHECK(client->take().starts_with("HTTP/1.1 200 OK\r\n"));
}

TEST_CASE("the next request is not taken for an end") {
  Fixture node;
  auto client = node.connect();
  client->put(get);
  node.run();
  client->put(get);
  node.run();
  REQUIRE(node.served() == 1);
  for (int i = 0; i < 2; ++i) {
    node.upstream(0).take();
    node.upstream(0).put(hello);
    node.run();
    CHECK(client->take().starts_with("HTTP/1.1 200 OK\r\n"));
  }
}

TEST_CASE("an end within a tunnel is passed on, and the other direction stays") {
  Fixture node;
  auto client = node.connect();
  client->put("GET /a HTTP/1.1\r\nHost: gw\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
              "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
  node.run();
  node.upstream(0).take();
  node.upstream(0).put("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
  node.run();
  client->shutdown_write();
  node.run();
  CHECK(node.upstream(0).peer_ended());
  client->take();
  node.upstream(0).put("goodbye");
  node.run();
  CHECK(client->take() == "goodbye");
}
