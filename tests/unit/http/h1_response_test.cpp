#include <doctest/doctest.h>

#include <string>

#include "gateway/http/message.h"

namespace {

struct Outcome {
  http::ParsedHead parsed;
  http::ResponseHead head;
};

Outcome whole(std::string_view bytes, std::string_view method = "GET") {
  Outcome outcome;
  size_t scanned = 0;
  outcome.parsed = http::parse_response(bytes, {}, method, outcome.head, scanned);
  Outcome slow;
  size_t slow_scanned = 0;
  for (size_t size = 1; size <= bytes.size(); ++size) {
    slow.parsed = http::parse_response(bytes.substr(0, size), {}, method, slow.head, slow_scanned);
    if (slow.parsed.complete || slow.parsed.error != http::HeadError::none) break;
  }
  CHECK(slow.parsed.complete == outcome.parsed.complete);
  CHECK(slow.parsed.error == outcome.parsed.error);
  CHECK(slow.parsed.bytes == outcome.parsed.bytes);
  if (slow.parsed.complete) CHECK(slow.head.headers.size() == outcome.head.headers.size());
  return outcome;
}

}  // namespace

TEST_CASE("an answer's head is read with its reason and its fields in order") {
  Outcome outcome = whole("HTTP/1.1 200 All  right\r\nSet-Cookie: a\r\nX: 1\r\nset-cookie: b\r\nContent-Length: 0\r\n\r\n");
  REQUIRE(outcome.parsed.complete);
  CHECK(outcome.head.status == 200);
  CHECK(outcome.head.reason == "All  right");
  CHECK(outcome.head.headers.count(http::Name::set_cookie) == 2);
  CHECK(outcome.head.headers.all()[2].value == "b");
  CHECK(outcome.parsed.keep_alive);
}

TEST_CASE("what is not an HTTP/1 answer is refused as soon as it shows") {
  for (const char* bad : {"SSH-2.0", "HTTP/2.0 200 OK\r\n\r\n", "HTTP/1.1 abc OK\r\n\r\n", "HTTP/1.1 2000 OK\r\n\r\n", "HTTP/1.1 20 OK\r\n\r\n",
                          "HTTP/1.1  200 OK\r\n\r\n", "HTTP/1.1 099 OK\r\n\r\n", "HTTP/1.1 200 a\x01\r\n\r\n", "HTTP/1.1 200 OK\nX: 1\n\n",
                          "HTTP/1.1 200 OK\r\nX : 1\r\n\r\n", "HTTP/1.1 200 OK\r\nX: 1\r\n 2\r\n\r\n", "\r\nHTTP/1.1 200 OK\r\n\r\n"})
    CHECK(whole(bad).parsed.error == http::HeadError::bad_response);
}

TEST_CASE("a missing reason is fine, with and without its space") {
  CHECK(whole("HTTP/1.1 200 \r\n\r\n").parsed.complete);
  CHECK(whole("HTTP/1.1 200\r\n\r\n").parsed.complete);
}

TEST_CASE("an answer that ends with its connection keeps nothing alive") {
  CHECK_FALSE(whole("HTTP/1.1 200 OK\r\n\r\n").parsed.keep_alive);
  CHECK(whole("HTTP/1.1 200 OK\r\n\r\n", "HEAD").parsed.keep_alive);
  CHECK_FALSE(whole("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n").parsed.keep_alive);
}

TEST_CASE("101 is an upgrade, other interim answers are complete heads without a body") {
  CHECK(whole("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n").parsed.upgrade);
  Outcome early = whole("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\n\r\n");
  CHECK(early.parsed.complete);
  CHECK_FALSE(early.parsed.upgrade);
  CHECK(early.parsed.framing.kind == http::Framing::none);
}
