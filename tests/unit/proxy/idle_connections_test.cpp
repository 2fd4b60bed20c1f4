// Connections that wait for a request, and what may be done to them.

#include <doctest/doctest.h>

#include "tests/unit/proxy/memory_node.h"

namespace {

constexpr std::string_view routes = R"(
routes:
- {paths: [/], plugins: [{name: request-termination, config: {status_code: 200}}]}
)";
constexpr std::string_view get = "GET /a HTTP/1.1\r\nHost: gw\r\n\r\n";

struct Fixture : proxy::MemoryNode {
  Fixture() { REQUIRE(load(std::string(routes))); }
  std::unique_ptr<net::MemoryStream> kept() {
    auto client = connect();
    client->put(get);
    run();
    REQUIRE(client->take().starts_with("HTTP/1.1 200 "));
    return client;
  }
  uint64_t active() { return worker.counters.active.load(); }
};

}  // namespace

TEST_CASE("an idle connection that is called off closes; one that has a request is answered first") {
  Fixture node;
  auto silent = node.kept(), speaking = node.kept();
  node.worker.draining = true;
  speaking->put(get);  // lies in the socket, nobody has been told yet
  CHECK(node.worker.idle.end(SIZE_MAX, false) == 2);
  node.run();
  CHECK(silent->peer_ended());
  CHECK(silent->take().empty());
  const std::string answer = speaking->take();
  CHECK(answer.starts_with("HTTP/1.1 200 "));
  CHECK(answer.find("Connection: close\r\n") != std::string::npos);
  CHECK(speaking->peer_ended());
}

TEST_CASE("a connection whose first request may be on its way is spared until that is asked for") {
  Fixture node;
  auto fresh = node.connect();
  node.run();
  CHECK(node.worker.idle.end(SIZE_MAX, false) == 0);
  node.run();
  CHECK(node.active() == 1);
  CHECK(node.worker.idle.end(SIZE_MAX, true) == 1);
  node.run();
  CHECK(node.active() == 0);
}

TEST_CASE("the one that has been idle for longest goes first") {
  Fixture node;
  auto first = node.kept(), second = node.kept();
  first->put(get);
  node.run();
  first->take();
  CHECK(node.worker.idle.end(1, false) == 1);
  node.run();
  CHECK(second->peer_ended());
  CHECK_FALSE(first->peer_ended());
}

TEST_CASE("places are counted for all workers, and given back with the connection") {
  proxy::ConnectionLimit limit(2);
  auto one = limit.take();
  {
    auto two = limit.take();
    CHECK(two);
    CHECK_FALSE(limit.take());
    CHECK(limit.take_beyond());
    CHECK(limit.taken() == 2);
    auto moved = std::move(two);
    CHECK(limit.taken() == 2);
  }
  CHECK(limit.taken() == 1);
  CHECK(limit.take());
  proxy::ConnectionLimit any(0);
  CHECK(any.take());
}
