#include <doctest/doctest.h>

#include "tests/unit/proxy/memory_node.h"

namespace {

constexpr std::string_view one_service = R"(
services:
- name: one
  url: http://10.0.0.1:80
  read_timeout: 2000
  routes:
  - paths: [/]
- name: impatient
  url: http://10.0.0.1:80
  retries: 0
  routes:
  - paths: [/once]
)";
constexpr std::string_view get = "GET /a HTTP/1.1\r\nHost: gw\r\n\r\n";
constexpr std::string_view hello = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

proxy::Options usual() {
  proxy::Options options;
  options.replay_bytes_max = 1000;
  options.body_bytes_max = 100'000;
  options.header_timeout_ms = 3'000;
  options.proxy_latency_header = options.upstream_latency_header = options.response_latency_header = false;
  options.request_id_header = options.server_header = options.via_header = false;
  return options;
}

struct Fixture : proxy::MemoryNode {
  Fixture() : MemoryNode(usual()) { REQUIRE(load(std::string(one_service))); }
};

bool ends_with(std::string_view text, std::string_view end) { return text.size() >= end.size() && text.substr(text.size() - end.size()) == end; }

}  // namespace

TEST_CASE("a request goes to its upstream and the answer comes back") {
  Fixture node;
  auto client = node.connect();
  client->put(get);
  node.run();
  REQUIRE(node.connector.accepted.size() == 1);
  CHECK(node.upstream(0).take().starts_with("GET /a HTTP/1.1\r\nHost: 10.0.0.1\r\n"));
  node.upstream(0).put(hello);
  node.run();
  const std::string answer = client->take();
  CHECK(answer.starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(ends_with(answer, "\r\n\r\nhello"));
  CHECK(node.worker.pool.idle() == 1);
}

TEST_CASE("what a failed attempt had received is no part of the next one's answer") {
  Fixture node;
  auto client = node.connect();
  client->put(get);
  node.run();
  node.upstream(0).take();
  node.upstream(0).put("HTTP/1.1 200 OK\r\nX-Left: over\r\n");
  node.upstream(0).shutdown_write();
  node.run();
  REQUIRE(node.connector.accepted.size() == 2);
  node.upstream(1).take();
  node.upstream(1).put(hello);
  node.run();
  const std::string answer = client->take();
  CHECK(answer.starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(answer.find("X-Left") == std::string::npos);
  CHECK(ends_with(answer, "\r\n\r\nhello"));
}

TEST_CASE("several kept connections that have died cost a request nothing") {
  Fixture node;
  auto one = node.connect(), two = node.connect();
  one->put(get);
  two->put(get);
  node.run();
  for (size_t i : {0, 1}) {
    node.upstream(i).take();
    node.upstream(i).put(hello);
  }
  node.run();
  REQUIRE(node.worker.pool.idle() == 2);
  // Both are closed in the moment in which the next request is on its way.
  one->take();
  one->put("GET /once HTTP/1.1\r\nHost: gw\r\n\r\n");
  node.loop.turn(0);
  node.upstream(0).close();
  node.upstream(1).close();
  node.run();
  REQUIRE(node.connector.accepted.size() == 3);
  node.upstream(2).put(hello);
  node.run();
  CHECK(one->take().starts_with("HTTP/1.1 200 OK\r\n"));
}

TEST_CASE("an answer that comes before the request is read reaches the client") {
  Fixture node;
  auto client = node.connect();
  client->put("POST /a HTTP/1.1\r\nHost: gw\r\nContent-Length: 900\r\n\r\n" + std::string(900, 'x'));
  node.connector.window_bytes = 100;
  node.run();
  node.upstream(0).put("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno");
  node.run();
  CHECK(client->take().starts_with("HTTP/1.1 403 Forbidden\r\n"));
  CHECK(node.worker.pool.idle() == 0);
}

TEST_CASE("a body goes on up while its answer already comes down") {
  Fixture node;
  auto client = node.connect();
  client->put("POST /a HTTP/1.1\r\nHost: gw\r\nContent-Length: 4000\r\n\r\n" + std::string(2000, 'x'));
  node.run();
  CHECK(ends_with(node.upstream(0).take(), std::string(2000, 'x')));
  node.upstream(0).put("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe");
  node.run();
  CHECK(ends_with(client->take(), "\r\n\r\nhe"));
  client->put(std::string(2000, 'y'));
  node.run();
  CHECK(node.upstream(0).take() == std::string(2000, 'y'));
  node.upstream(0).put("llo");
  node.run();
  CHECK(client->take() == "llo");
}

TEST_CASE("the time an upload takes is not the upstream's silence") {
  Fixture node;
  auto client = node.connect();
  client->put("POST /a HTTP/1.1\r\nHost: gw\r\nContent-Length: 4000\r\n\r\n" + std::string(2000, 'x'));
  node.run();
  for (int i = 0; i < 5; ++i) {
    node.pass(1'500);
    client->put(std::string(400, 'y'));
    node.run();
  }
  node.pass(1'500);
  node.upstream(0).take();
  node.upstream(0).put(hello);
  node.run();
  CHECK(client->take().starts_with("HTTP/1.1 200 OK\r\n"));
}

TEST_CASE("an upstream that stays silent after the upload times out") {
  Fixture node;
  auto client = node.connect();
  client->put("POST /a HTTP/1.1\r\nHost: gw\r\nContent-Length: 2000\r\n\r\n" + std::string(2000, 'x'));
  node.run();
  node.pass(2'100);
  CHECK(client->take().starts_with("HTTP/1.1 504 "));
}

TEST_CASE("a body that grows too large on its way is refused, and looks cut to the upstream") {
  Fixture node;
  auto client = node.connect();
  client->put("POST /a HTTP/1.1\r\nHost: gw\r\nTransfer-Encoding: chunked\r\n\r\n");
  const std::string chunk = "2710\r\n" + std::string(10'000, 'x') + "\r\n";
  for (int i = 0; i < 11; ++i) {
    client->put(chunk);
    node.run();
    CHECK(node.upstream(0).take().find("\r\n0\r\n") == std::string::npos);
    node.run();
  }
  CHECK(client->take().starts_with("HTTP/1.1 413 "));
  CHECK(node.upstream(0).peer_ended());
}

TEST_CASE("an answer that ends with its connection does not look whole when it was cut") {
  Fixture node;
  auto client = node.connect();
  client->put("GET /a HTTP/1.0\r\nHost: gw\r\n\r\n");
  node.run();
  node.upstream(0).take();
  node.upstream(0).put("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
  node.run();
  CHECK(ends_with(client->take(), "\r\n\r\nhello"));
  node.upstream(0).shutdown_write();
  node.run();
  char byte;
  CHECK(client->try_read({&byte, 1}).kind == net::Attempt::Kind::failed);
}

TEST_CASE("what an upstream said last comes out of the tunnel although the client still speaks") {
  Fixture node;
  auto client = node.connect();
  client->put("GET /a HTTP/1.1\r\nHost: gw\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
              "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
  node.run();
  node.upstream(0).take();
  node.upstream(0).put("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\ngoodbye");
  node.upstream(0).shutdown_write();
  client->put("and another thing");
  node.run();
  client->put("and another");
  node.run();
  CHECK(ends_with(client->take(), "goodbye"));
  CHECK(client->peer_ended());
}

TEST_CASE("HTTP/1.0 is sent no 100, whatever it expects") {
  Fixture node;
  auto client = node.connect();
  client->put("POST /a HTTP/1.0\r\nHost: gw\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
  node.run();
  CHECK(client->take().empty());
}

TEST_CASE("half a HEAD request is told 408 without a body") {
  Fixture node;
  auto client = node.connect();
  client->put("HEAD /a HTTP/1.1\r\nHost");
  node.run();
  node.pass(3'100);
  const std::string answer = client->take();
  CHECK(answer.starts_with("HTTP/1.1 408 "));
  CHECK(ends_with(answer, "\r\n\r\n"));
}

TEST_CASE("a connection is not used again when its upstream may be about to close it") {
  auto connections_after = [](std::string_view keep_alive, uint32_t idle_ms) {
    Fixture node;
    auto client = node.connect();
    client->put(get);
    node.run();
    node.upstream(0).put("HTTP/1.1 200 OK\r\n" + std::string(keep_alive) + "Content-Length: 0\r\n\r\n");
    node.run();
    client->take();
    node.pass(idle_ms);
    client->put(get);
    node.run();
    return node.connector.accepted.size();
  };
  CHECK(connections_after("Keep-Alive: timeout=5, max=100\r\n", 3'900) == 1);
  CHECK(connections_after("Keep-Alive: max=100, Timeout=5\r\n", 4'100) == 2);
  CHECK(connections_after("Keep-Alive: timeout=1\r\n", 400) == 1);
  CHECK(connections_after("Keep-Alive: timeout=1\r\n", 600) == 2);
  CHECK(connections_after("Keep-Alive: timeout=0\r\n", 0) == 2);
  CHECK(connections_after("Keep-Alive: timeout=-1, timeout=x, 5\r\n", 50'000) == 1);
  CHECK(connections_after("Keep-Alive: timeout=4294967295\r\n", 50'000) == 1);
  CHECK(connections_after("Keep-Alive: timeout=9999\r\n", 61'000) == 2);
}
