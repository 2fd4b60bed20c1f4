// Upstreams that answer before they have read the request.

#include <doctest/doctest.h>

#include "tests/unit/proxy/memory_node.h"

namespace {

constexpr std::string_view services = R"(
services:
- name: one
  url: http://10.0.0.1:80
  routes:
  - {paths: [/]}
  - {paths: [/streamed], request_buffering: false}
)";
constexpr std::string_view refusal = "HTTP/1.1 413 Content Too Large\r\nContent-Length: 4\r\n\r\nfull";

struct Fixture : proxy::MemoryNode {
  Fixture() : MemoryNode(small_replay()) { REQUIRE(load(std::string(services))); }
  static proxy::Options small_replay() {
    proxy::Options options;
    options.replay_bytes_max = 1000;
    return options;
  }
};

std::string post(size_t length) { return "POST /a HTTP/1.1\r\nHost: gw\r\nContent-Length: " + std::to_string(length) + "\r\n\r\n"; }

}  // namespace

TEST_CASE("a small rest of a refused upload is dropped, and the connection serves the next request") {
  Fixture node;
  SUBCASE("while the client hesitates") {}
  SUBCASE("while the upstream does not read") { node.connector.window_bytes = 1500; }
  auto client = node.connect();
  client->put(post(5000) + std::string(4000, 'x'));
  node.run();
  node.upstream(0).put(refusal);
  node.run();
  const std::string answer = client->take();
  CHECK(answer.starts_with("HTTP/1.1 413 "));
  CHECK(answer.ends_with("full"));
  CHECK(answer.find("Connection: keep-alive\r\n") != std::string::npos);
  CHECK(node.upstream(0).peer_ended());
  client->put(std::string(1000, 'x') + "GET /next HTTP/1.1\r\nHost: gw\r\n\r\n");
  node.run();
  REQUIRE(node.connector.accepted.size() == 2);
  CHECK(node.upstream(1).take().starts_with("GET /next HTTP/1.1\r\n"));
  node.upstream(1).put("HTTP/1.1 204 No Content\r\n\r\n");
  node.run();
  CHECK(client->take().starts_with("HTTP/1.1 204 "));
}

TEST_CASE("a client that does not send the small rest does not keep its connection for ever") {
  Fixture node;
  auto client = node.connect();
  client->put(post(5000) + std::string(4000, 'x'));
  node.run();
  node.upstream(0).put(refusal);
  node.run();
  CHECK(client->take().starts_with("HTTP/1.1 413 "));
  node.pass(5'100);
  node.pass(2'100);
  CHECK(node.worker.counters.active == 0);
}

TEST_CASE("a large rest ends the connection, but not before the client has had the answer") {
  Fixture node;
  auto client = node.connect();
  client->put(post(10'000'000) + std::string(4000, 'x'));
  node.run();
  node.upstream(0).put(refusal);
  node.run();
  const std::string answer = client->take();
  CHECK(answer.starts_with("HTTP/1.1 413 "));
  CHECK(answer.find("Connection: close\r\n") != std::string::npos);
  CHECK(client->peer_ended());
  // One that reads only when it has sent all is listened to for a while: nothing resets the answer away.
  for (int i = 0; i < 100; ++i) {
    client->put(std::string(50'000, 'x'));
    node.run();
  }
  CHECK(node.worker.counters.active == 1);
  for (int i = 0; i < 40 && node.worker.counters.active == 1; ++i) {
    client->put("x");
    node.pass(1'000);
  }
  CHECK(node.worker.counters.active == 0);
}

TEST_CASE("a client that takes no invitation to send its body is let go when the answer is here") {
  Fixture node;
  auto client = node.connect();
  client->set_window_bytes(10);
  client->put("POST /streamed HTTP/1.1\r\nHost: gw\r\nContent-Length: 5000\r\nExpect: 100-continue\r\n\r\n");
  node.run();
  node.upstream(0).put(refusal);
  node.run();
  CHECK(node.worker.counters.active == 0);
  CHECK(node.upstream(0).peer_ended());
}
