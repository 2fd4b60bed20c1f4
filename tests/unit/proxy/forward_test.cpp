#include <doctest/doctest.h>

#include "tests/unit/proxy/memory_node.h"

namespace {

constexpr std::string_view one_service = R"(
services:
- name: one
  url: http://10.0.0.1:80
  routes:
  - paths: [/]
)";
constexpr std::string_view get = "GET /a HTTP/1.1\r\nHost: gw\r\n\r\n";
constexpr std::string_view hello = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

proxy::Options usual() {
  proxy::Options options;
  options.latency_tokens = options.request_id_header = options.server_tokens = false;
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
