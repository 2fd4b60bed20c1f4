// A node that is about to end: what has been sent to it is answered.

#include <doctest/doctest.h>

#include "tests/unit/proxy/memory_node.h"

TEST_CASE("a request sent before its client could know of the end is answered, and that answer tells it") {
  proxy::MemoryNode node;
  REQUIRE(node.load(R"(
services:
- {name: s, url: "http://127.0.0.1:9", routes: [{name: r, paths: [/]}]}
)"));
  auto client = node.connect();
  client->put("GET /first HTTP/1.1\r\nHost: gw\r\n\r\n");
  node.run();
  node.upstream(0).put("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345");
  node.run();
  const std::string begun = client->take();
  REQUIRE(begun.ends_with("12345"));
  CHECK(begun.find("Connection: close\r\n") == std::string::npos);

  node.worker.draining = true;
  client->put("GET /second HTTP/1.1\r\nHost: gw\r\n\r\n");
  node.upstream(0).put("67890");
  node.run();
  CHECK(client->take() == "67890");
  node.upstream(0).take();
  node.upstream(0).put("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  node.run();
  const std::string second = client->take();
  CHECK(second.starts_with("HTTP/1.1 200 "));
  CHECK(second.find("Connection: close\r\n") != std::string::npos);
  CHECK(client->peer_ended());
}
