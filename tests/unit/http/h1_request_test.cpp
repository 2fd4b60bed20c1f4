#include <doctest/doctest.h>

#include <string>

#include "gateway/http/message.h"

namespace {

using http::HeadError;

struct Outcome {
  http::ParsedHead parsed;
  http::RequestHead head;
};

Outcome whole(std::string_view bytes, const http::HeadLimits& limits = {}) {
  Outcome outcome;
  size_t scanned = 0;
  outcome.parsed = http::parse_request(bytes, limits, outcome.head, scanned);
  return outcome;
}

// One octet at a time, as a slow client sends them: the verdict of the first call that has one.
Outcome bytewise(std::string_view bytes, const http::HeadLimits& limits = {}) {
  Outcome outcome;
  size_t scanned = 0;
  for (size_t size = 1; size <= bytes.size(); ++size) {
    outcome.parsed = http::parse_request(bytes.substr(0, size), limits, outcome.head, scanned);
    if (outcome.parsed.complete || outcome.parsed.error != HeadError::none) break;
  }
  return outcome;
}

HeadError error_of(std::string_view bytes) {
  Outcome at_once = whole(bytes), slowly = bytewise(bytes);
  CHECK(at_once.parsed.error == slowly.parsed.error);
  CHECK(at_once.parsed.complete == slowly.parsed.complete);
  return at_once.parsed.error;
}

HeadError line_error(std::string line) { return error_of(line + "\r\nHost: a\r\n\r\n"); }
HeadError field_error(std::string field) { return error_of("GET / HTTP/1.1\r\nHost: a\r\n" + field + "\r\n\r\n"); }
HeadError host_error(std::string host) { return error_of("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n"); }

}  // namespace

TEST_CASE("a request head is read into views, with its framing") {
  const std::string bytes = "POST /a?b=1 HTTP/1.1\r\nHost: x.test:80\r\nX-Empty:\r\ncontent-length:\t5 \r\n\r\nhello";
  for (const Outcome& outcome : {whole(bytes), bytewise(bytes)}) {
    REQUIRE(outcome.parsed.complete);
    CHECK(outcome.parsed.bytes == bytes.size() - 5);
    CHECK(outcome.head.method == "POST");
    CHECK(outcome.head.target == "/a?b=1");
    CHECK(outcome.head.host == "x.test:80");
    CHECK(outcome.head.headers.size() == 3);
    CHECK(outcome.head.headers.has("x-empty"));
    CHECK(outcome.head.headers.get("x-empty").empty());
    CHECK(outcome.parsed.framing.kind == http::Framing::length);
    CHECK(outcome.parsed.framing.length == 5);
    CHECK(outcome.parsed.keep_alive);
    CHECK_FALSE(outcome.parsed.upgrade);
  }
}

TEST_CASE("every beginning of a good head asks for more, in whatever pieces it came") {
  const std::string bytes = "\r\nPUT http://u.test/x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\nX: caf\xc3\xa9\r\n\r\n";
  for (size_t size = 0; size < bytes.size(); ++size) {
    Outcome part = whole(std::string_view(bytes).substr(0, size));
    CHECK_FALSE(part.parsed.complete);
    CHECK(part.parsed.error == HeadError::none);
  }
  for (size_t first = 0; first < bytes.size(); ++first) {
    http::RequestHead head;
    size_t scanned = 0;
    http::parse_request(std::string_view(bytes).substr(0, first), {}, head, scanned);
    auto parsed = http::parse_request(bytes, {}, head, scanned);
    REQUIRE(parsed.complete);
    CHECK(parsed.bytes == bytes.size());
    CHECK(head.host == "u.test");
    CHECK(head.headers.get(http::Name::host) == "u.test");
    CHECK(parsed.framing.kind == http::Framing::chunked);
    CHECK(head.headers.size() == 3);
  }
}

TEST_CASE("the request line is taken literally") {
  CHECK(line_error("GET / HTTP/1.1") == HeadError::none);
  CHECK(line_error("M-SEARCH / HTTP/1.1") == HeadError::none);
  CHECK(line_error("GET / HTTP/1.7") == HeadError::none);
  CHECK(line_error("OPTIONS * HTTP/1.1") == HeadError::none);
  CHECK(line_error("GET * HTTP/1.1") == HeadError::bad_request);
  CHECK(line_error("get / HTTP/1.1") == HeadError::lower_case_method);
  CHECK(line_error("G@T / HTTP/1.1") == HeadError::bad_request);
  CHECK(line_error("TRACE / HTTP/1.1") == HeadError::method_not_allowed);
  CHECK(line_error("CONNECT a:443 HTTP/1.1") == HeadError::method_not_allowed);
  CHECK(line_error("GET  / HTTP/1.1") == HeadError::bad_request);
  CHECK(line_error("GET / HTTP/1.1 ") == HeadError::bad_request);
  CHECK(line_error("GET /a b HTTP/1.1") == HeadError::bad_request);
  CHECK(line_error("GET\t/ HTTP/1.1") == HeadError::bad_request);
  CHECK(line_error("GET /#frag HTTP/1.1") == HeadError::bad_request);
  CHECK(line_error("GET /\x01 HTTP/1.1") == HeadError::bad_request);
  CHECK(line_error("GET a HTTP/1.1") == HeadError::bad_request);
  CHECK(line_error("GET /") == HeadError::bad_request);
  CHECK(line_error("GET / http/1.1") == HeadError::bad_request);
  CHECK(line_error("GET / HTTP/1.10") == HeadError::bad_request);
  CHECK(line_error("GET / HTTP/0.9") == HeadError::bad_request);
  CHECK(line_error("GET / HTTP/2.0") == HeadError::bad_version);
  CHECK(line_error("\x16\x03\x01") == HeadError::bad_request);
  CHECK(http::status_of(HeadError::bad_version) == 505);
  CHECK(http::status_of(HeadError::lower_case_method) == 400);
  CHECK(http::status_of(HeadError::not_implemented_coding) == 501);
}

TEST_CASE("fields that two readers could take differently are refused") {
  CHECK(field_error("X_Tenant: 7") == HeadError::none);
  CHECK(field_error("X: caf\xe9\tx") == HeadError::none);
  CHECK(field_error("X : 1") == HeadError::bad_request);
  CHECK(field_error(": 1") == HeadError::bad_request);
  CHECK(field_error("NoColon") == HeadError::bad_request);
  CHECK(field_error("X(a): 1") == HeadError::bad_request);
  CHECK(field_error("X\xe9: 1") == HeadError::bad_request);
  CHECK(field_error(" X: 1") == HeadError::bad_request);
  CHECK(field_error("X: 1\r\n 2") == HeadError::bad_request);
  CHECK(field_error("X: 1\n") == HeadError::bad_request);
  CHECK(field_error("X: 1\nY: 2") == HeadError::bad_request);
  CHECK(field_error("X: 1\rY: 2") == HeadError::bad_request);
  CHECK(field_error(std::string("X: 1\0002", 7)) == HeadError::bad_request);
  for (int octet = 1; octet < 256; ++octet) {
    if (octet == '\n' || octet == '\r') continue;
    const bool good = octet == '\t' || (octet >= 0x20 && octet != 0x7f);
    for (size_t at : {0, 3, 9}) {
      std::string value = "0123456789abcdef";
      value[at] = static_cast<char>(octet);
      CHECK((field_error("X: a" + value) == HeadError::none) == good);
    }
  }
}

TEST_CASE("Host is there once, and is a host") {
  for (const char* good : {"a", "a.test:80", "a_b", "[::1]", "[::1]:8000", "127.0.0.1:", "a%20b", "xn--bcher-kva"}) CHECK(host_error(good) == HeadError::none);
  for (const char* bad : {"", "a b", "u@a", "a,b", "a/b", "a?b", "[::1", "[]", "[a]", "a:80:81", "a:x", "a:65536", "::1", "a%0d", "a%zz", ":80", "[::1]x"})
    CHECK(host_error(bad) == HeadError::bad_host);
  CHECK(error_of("GET / HTTP/1.1\r\n\r\n") == HeadError::bad_host);
  CHECK(error_of("GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n") == HeadError::bad_host);
  Outcome old = whole("GET / HTTP/1.0\r\n\r\n");
  CHECK(old.parsed.complete);
  CHECK_FALSE(old.parsed.keep_alive);
  CHECK(whole("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n").parsed.keep_alive);
  CHECK_FALSE(whole("GET / HTTP/1.1\r\nHost: a\r\nConnection: x, CLOSE\r\n\r\n").parsed.keep_alive);
}

TEST_CASE("the authority of an absolute target wins over Host") {
  Outcome outcome = whole("GET HTTP://b.test:81/x?y HTTP/1.1\r\nHost: a\r\n\r\n");
  REQUIRE(outcome.parsed.complete);
  CHECK(outcome.head.host == "b.test:81");
  CHECK(outcome.head.headers.get(http::Name::host) == "b.test:81");
  CHECK(outcome.head.target == "/x?y");
  CHECK(whole("GET http://b.test HTTP/1.1\r\nHost: a\r\n\r\n").head.target == "/");
  CHECK(line_error("GET http://u:p@b.test/ HTTP/1.1") == HeadError::bad_host);
  CHECK(line_error("GET http:///x HTTP/1.1") == HeadError::bad_host);
  CHECK(line_error("GET ftp://b.test/ HTTP/1.1") == HeadError::bad_request);
}

TEST_CASE("limits count in the order of the octets") {
  http::HeadLimits limits;
  limits.target_bytes_max = 100;
  limits.header_bytes_max = 1000;
  limits.headers_max = 10;
  limits.name_bytes_max = 20;
  auto both = [&](const std::string& bytes) {
    HeadError error = whole(bytes, limits).parsed.error;
    CHECK(error == bytewise(bytes, limits).parsed.error);
    return error;
  };
  const std::string begin = "GET / HTTP/1.1\r\nHost: a\r\n";
  CHECK(both("GET /" + std::string(99, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n") == HeadError::none);
  CHECK(both("GET /" + std::string(100, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n") == HeadError::target_too_long);
  CHECK(both("GET /" + std::string(5000, 'a')) == HeadError::target_too_long);
  CHECK(both(begin + "X: " + std::string(2000, 'a') + "\r\n\r\n") == HeadError::header_too_large);
  CHECK(both(begin + "X: " + std::string(2000, 'a')) == HeadError::header_too_large);
  CHECK(both(begin + "Bad\r\nX: " + std::string(2000, 'a')) == HeadError::bad_request);
  CHECK(both(begin + std::string(21, 'n') + ": 1\r\n\r\n") == HeadError::header_too_large);
  std::string many;
  for (int i = 0; i < 9; ++i) many += "X: 1\r\n";
  CHECK(both(begin + many + "\r\n") == HeadError::none);
  CHECK(both(begin + many + "X: 1\r\n\r\n") == HeadError::header_too_large);
  CHECK(http::status_of(HeadError::target_too_long) == 414);
  CHECK(http::status_of(HeadError::header_too_large) == 400);
}

TEST_CASE("a head that arrives bytewise costs linear time") {
  // A head of short lines is the worst one: with a restart at each line it would be read a few thousand times.
  std::string bytes = "GET /" + std::string(15'000, 'a') + " HTTP/1.1\r\nHost: a\r\n";
  while (bytes.size() < 500'000) bytes += "X: 1\r\n";
  http::HeadLimits limits;
  limits.header_bytes_max = 1'000'000;
  limits.headers_max = 1'000'000;
  CHECK(bytewise(bytes + "\r\n", limits).parsed.complete);
}

TEST_CASE("a second request stays for the next call") {
  const std::string first = "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n";
  const std::string bytes = first + "BAD\nGET";
  Outcome outcome = whole(bytes);
  REQUIRE(outcome.parsed.complete);
  CHECK(outcome.parsed.bytes == first.size());
}
