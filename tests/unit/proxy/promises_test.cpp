// What the proxy promises about messages of both sides, beyond what the readers of messages check by themselves.

#include <doctest/doctest.h>

#include "tests/unit/proxy/memory_node.h"

namespace {

constexpr std::string_view services = R"(
services:
- {name: one, url: "http://10.0.0.1:80", retries: 0, routes: [{paths: [/]}]}
- {name: again, url: "http://10.0.0.1:80", retries: 2, routes: [{paths: [/again]}]}
routes:
- {paths: [/own], plugins: [{name: request-termination, config: {status_code: 403, message: "no"}}]}
)";
constexpr std::string_view empty = "HTTP/1.1 204 No Content\r\n\r\n";

struct Fixture : proxy::MemoryNode {
  Fixture() : MemoryNode(small()) { REQUIRE(load(std::string(services))); }
  static proxy::Options small() {
    proxy::Options options;
    options.head.header_bytes_max = 2'000;
    return options;
  }
  // The answer to one request, whose upstream says that, on a connection of its own.
  std::string answer(std::string_view from_upstream, std::string_view request = "GET /a HTTP/1.1\r\nHost: gw\r\n\r\n") {
    auto client = connect();
    client->put(request);
    run();
    const size_t used = connector.accepted.size() - 1;
    upstream(used).take();
    upstream(used).put(from_upstream);
    run();
    return client->take();
  }
};

size_t count(std::string_view text, std::string_view part) {
  size_t found = 0;
  for (size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

std::string body_of(std::string_view answer) { return std::string(answer.substr(answer.find("\r\n\r\n") + 4)); }

}  // namespace

TEST_CASE("interim answers of an upstream are skipped, but not without end") {
  Fixture node;
  std::string interim;
  for (int i = 0; i < 15; ++i) interim += "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
  CHECK(node.answer(interim + std::string(empty)).starts_with("HTTP/1.1 204 "));
  CHECK(node.answer(interim + interim + std::string(empty)).starts_with("HTTP/1.1 502 "));
}

TEST_CASE("an upgrade that nobody asked for is a broken answer") {
  Fixture node;
  CHECK(node.answer("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n").starts_with("HTTP/1.1 502 "));
}

TEST_CASE("a head of an upstream that is too long is 502") {
  Fixture node;
  CHECK(node.answer("HTTP/1.1 200 OK\r\nX-Long: " + std::string(3'000, 'x') + "\r\n\r\n").starts_with("HTTP/1.1 502 "));
  CHECK(node.worker.pool.idle() == 0);
}

TEST_CASE("octets behind an answer are dropped with their connection") {
  Fixture node;
  const std::string answer = node.answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged");
  CHECK(body_of(answer) == "ok");
  CHECK(node.worker.pool.idle() == 0);
}

TEST_CASE("what an answer without a body says about its length is passed on, and not waited for") {
  Fixture node;
  const std::string head = node.answer("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", "HEAD /a HTTP/1.1\r\nHost: gw\r\n\r\n");
  CHECK(head.find("Content-Length: 1000\r\n") != std::string::npos);
  CHECK(body_of(head).empty());
  CHECK(body_of(node.answer("HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\n\r\n")).empty());
  CHECK(count(node.answer(empty), "Content-Length") == 0);
  CHECK(count(node.answer(empty), "Transfer-Encoding") == 0);
  CHECK(node.worker.pool.idle() > 0);
}

TEST_CASE("cookies are never joined, and values keep their order and case") {
  Fixture node;
  const std::string answer = node.answer("HTTP/1.1 200 OK\r\nset-cookie: A=1; Path=/\r\nX-Mixed: VaLue\r\nSet-Cookie: b=2\r\nContent-Length: 0\r\n\r\n");
  CHECK(answer.find("set-cookie: A=1; Path=/\r\nX-Mixed: VaLue\r\nSet-Cookie: b=2\r\n") != std::string::npos);
}

TEST_CASE("our own answers are framed for the client that gets them") {
  Fixture node;
  auto client = node.connect();
  client->put("HEAD /own HTTP/1.1\r\nHost: gw\r\n\r\n");
  node.run();
  std::string answer = client->take();
  CHECK(count(answer, "Content-Length: ") == 1);
  CHECK(body_of(answer).empty());
  client->put("GET /own HTTP/1.0\r\nHost: gw\r\n\r\n");
  node.run();
  answer = client->take();
  CHECK(answer.find("Content-Length: " + std::to_string(body_of(answer).size()) + "\r\n") != std::string::npos);
  CHECK(count(answer, "Transfer-Encoding") == 0);
  CHECK(client->peer_ended());
}

TEST_CASE("pipelined requests are answered in order, and nothing behind the last one is heard") {
  Fixture node;
  auto client = node.connect();
  client->put("GET /a HTTP/1.1\r\nHost: gw\r\n\r\nGET /own HTTP/1.1\r\nHost: gw\r\nConnection: close\r\n\r\nGET /b HTTP/1.1\r\nHost: gw\r\n\r\n");
  node.run();
  CHECK(client->take().empty());
  node.upstream(0).take();
  node.upstream(0).put(empty);
  node.run();
  const std::string answers = client->take();
  CHECK(answers.starts_with("HTTP/1.1 204 "));
  CHECK(answers.find("HTTP/1.1 403 ") != std::string::npos);
  CHECK(count(answers, "HTTP/1.1 ") == 2);
  CHECK(node.upstream(0).take().empty());
  CHECK(node.connector.accepted.size() == 1);
  CHECK(client->peer_ended());
}

TEST_CASE("a body of any method is framed by its length, and the next request stands behind it") {
  Fixture node;
  for (std::string method : {"GET", "DELETE", "OPTIONS", "PROPFIND"}) {
    CAPTURE(method);
    auto client = node.connect();
    client->put(method + " /own HTTP/1.1\r\nHost: gw\r\nContent-Length: 38\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: gw\r\n\r\n..GET /own HTTP/1.1\r\nHost: gw\r\n\r\n");
    node.run();
    CHECK(count(client->take(), "HTTP/1.1 403 ") == 2);
  }
  CHECK(node.connector.accepted.empty());
}

TEST_CASE("a request is sent again only where that is safe, as often as the service allows") {
  Fixture node;
  auto client = node.connect();
  client->put("GET /again HTTP/1.1\r\nHost: gw\r\n\r\n");
  for (size_t i = 0; i < 3; ++i) {
    node.run();
    REQUIRE(node.connector.accepted.size() == i + 1);
    node.upstream(i).take();
    node.upstream(i).close();
  }
  node.run();
  CHECK(client->take().starts_with("HTTP/1.1 502 "));
  client->put("POST /again HTTP/1.1\r\nHost: gw\r\nContent-Length: 2\r\n\r\nhi");
  node.run();
  REQUIRE(node.connector.accepted.size() == 4);
  node.upstream(3).take();
  node.upstream(3).close();
  node.run();
  CHECK(client->take().starts_with("HTTP/1.1 502 "));
  CHECK(node.connector.accepted.size() == 4);
}

TEST_CASE("no attempt follows once an octet of an answer has gone to the client") {
  Fixture node;
  auto client = node.connect();
  client->put("GET /again HTTP/1.1\r\nHost: gw\r\n\r\n");
  node.run();
  node.upstream(0).take();
  node.upstream(0).put("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe");
  node.run();
  node.upstream(0).close();
  node.run();
  CHECK(body_of(client->take()) == "he");
  CHECK(client->peer_ended());
  CHECK(node.connector.accepted.size() == 1);
}

TEST_CASE("a kept connection is not used when its upstream has spoken out of turn or ended it") {
  Fixture node;
  for (bool ends : {true, false}) {
    node.answer(empty);
    REQUIRE(node.worker.pool.idle() == 1);
    const size_t used = node.connector.accepted.size() - 1;
    if (ends) node.upstream(used).close();
    else node.upstream(used).put("HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n");
    node.run();
    CHECK(node.answer(empty).starts_with("HTTP/1.1 204 "));
    CHECK(node.connector.accepted.size() == used + 2);
    node.worker.pool.sweep(node.loop.now_ms() + 3'600'000);
  }
}
