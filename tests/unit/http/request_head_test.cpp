#include <doctest/doctest.h>

#include <string>

#include "gateway/http/message.h"
#include "gateway/http/uri.h"

namespace {

http::ParsedHead parse(std::string_view text, http::RequestHead& head) {
  size_t scanned = 0;
  return http::parse_request(text, {}, head, scanned);
}

http::HeadError error_of(std::string_view text) {
  http::RequestHead head;
  return parse(text, head).error;
}

}  // namespace

TEST_CASE("a request head is complete at its empty line and at no earlier byte") {
  const std::string text = "GET /a?b HTTP/1.1\r\nHost: one.test\r\nX-A: 1\r\n\r\n";
  for (size_t cut = 0; cut < text.size(); ++cut) {
    http::RequestHead head;
    auto parsed = parse(std::string_view(text).substr(0, cut), head);
    CHECK_FALSE(parsed.complete);
    CHECK(parsed.error == http::HeadError::none);
  }
  http::RequestHead head;
  auto parsed = parse(text, head);
  REQUIRE(parsed.complete);
  CHECK(head.target == "/a?b");
  CHECK(head.host == "one.test");
  CHECK(head.headers.get("x-a") == "1");
  CHECK(parsed.keep_alive);
}

TEST_CASE("framing that two readers could take differently is refused") {
  using http::HeadError;
  const std::string start = "POST / HTTP/1.1\r\nHost: a\r\n";
  CHECK(error_of(start + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n") != HeadError::none);
  CHECK(error_of(start + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n") != HeadError::none);
  CHECK(error_of(start + "Content-Length: +1\r\n\r\n") != HeadError::none);
  CHECK(error_of(start + "Transfer-Encoding: gzip, chunked\r\n\r\n") != HeadError::none);
  CHECK(error_of(start + "Transfer-Encoding : chunked\r\n\r\n") != HeadError::none);
  CHECK(error_of("GET / HTTP/1.1\nHost: a\n\n") != HeadError::none);
  CHECK(error_of("GET / HTTP/1.1\r\n\r\n") != HeadError::none);
  CHECK(error_of("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n") != HeadError::none);
}

TEST_CASE("chunks decode the same however they are cut") {
  const std::string text = "5;x=y\r\nhello\r\n3\r\nabc\r\n0\r\nT: 1\r\n\r\n";
  for (size_t step = 1; step <= text.size(); ++step) {
    http::ChunkedDecoder decoder;
    std::string body, waiting;
    bool done = false;
    for (size_t at = 0; at < text.size(); at += step) {
      waiting += text.substr(at, step);
      while (!waiting.empty() && !done) {
        auto piece = decoder.decode(waiting);
        REQUIRE_FALSE(piece.bad);
        body += piece.data;
        done = piece.done;
        waiting.erase(0, piece.consumed);
        if (piece.consumed == 0) break;
      }
    }
    CHECK(done);
    CHECK(body == "helloabc");
  }
}

TEST_CASE("paths are normalised once, and climbing above the root is refused") {
  std::string scratch;
  CHECK(*http::normalise_path("/a/b", scratch) == "/a/b");
  CHECK(*http::normalise_path("/a//b/./c/../d", scratch) == "/a/b/d");
  CHECK(*http::normalise_path("/%41%2f", scratch) == "/A%2F");
  CHECK_FALSE(http::normalise_path("/a/../../b", scratch).has_value());
  CHECK_FALSE(http::normalise_path("/%00", scratch).has_value());
  CHECK_FALSE(http::normalise_path("/%zz", scratch).has_value());
}
