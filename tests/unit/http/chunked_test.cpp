#include <doctest/doctest.h>

#include <string>

#include "gateway/http/message.h"

namespace {

struct Decoded {
  std::string body;
  size_t consumed = 0;
  bool done = false, bad = false;
};

// Feeds `bytes` in pieces of `step` octets, as a reader would: what was not consumed comes again.
Decoded decode(std::string_view bytes, size_t step) {
  http::ChunkedDecoder decoder;
  Decoded all;
  for (size_t received = 0; received < bytes.size() && !all.done && !all.bad;) {
    received = std::min(bytes.size(), received + step);
    while (all.consumed < received && !all.done) {
      auto piece = decoder.decode(bytes.substr(all.consumed, received - all.consumed));
      all.body += piece.data;
      all.consumed += piece.consumed;
      all.done = piece.done;
      all.bad = piece.bad;
      if (all.bad || piece.consumed == 0) break;
    }
  }
  return all;
}

Decoded decode(std::string_view bytes) {
  Decoded at_once = decode(bytes, bytes.size());
  for (size_t step : {1, 2, 3, 7}) {
    Decoded slowly = decode(bytes, step);
    CHECK(slowly.body == at_once.body);
    CHECK(slowly.done == at_once.done);
    CHECK(slowly.bad == at_once.bad);
    CHECK(slowly.consumed == at_once.consumed);
  }
  return at_once;
}

bool is_bad(std::string_view bytes) { return decode(bytes).bad; }

}  // namespace

TEST_CASE("chunks become one body, whatever the pieces") {
  const std::string_view bytes = "5\r\nhello\r\n00A;x=\"a;b\"\r\n, world!\r\n\r\n0 ;y\r\nX-Sum: 1\r\n\r\nGET";
  Decoded decoded = decode(bytes);
  CHECK(decoded.body == "hello, world!\r\n");
  CHECK(decoded.done);
  CHECK(decoded.consumed == bytes.size() - 3);
}

TEST_CASE("a size is hexadecimal digits and fits") {
  CHECK(decode("00000000000000000001\r\na\r\n0\r\n\r\n").done);
  CHECK_FALSE(is_bad("7fffffffffffffff\r\n"));
  for (const char* bad : {"\r\n", "0x5\r\n", "-5\r\n", "+5\r\n", "5_0\r\n", "g\r\n", " 5\r\n", "5 \r\n", ";a\r\n", "8000000000000000\r\n",
                          "ffffffffffffffff\r\n", "10000000000000005\r\n"})
    CHECK(is_bad(bad));
  CHECK(is_bad(std::string(33, '0')));
}

TEST_CASE("lines end in CRLF and nothing else") {
  for (const char* bad : {"5\nhello\r\n", "5\rhello\r\n", "5\r\nhello\n0\r\n\r\n", "5\r\nhello0\r\n", "5\r\nhellox\r\n", "5;a\nb\r\n", "5;a\rb\r\n",
                          "5\r\nhello\r\r\n", "0\r\n\n", "0\r\nX: 1\n\r\n", "0\r\nX: 1\r\r\n"})
    CHECK(is_bad(bad));
}

TEST_CASE("trailers are checked, bounded and dropped") {
  CHECK(decode("0\r\nA: 1\r\nB:\r\n\r\n").done);
  for (const char* bad : {"0\r\nnocolon\r\n\r\n", "0\r\n: 1\r\n\r\n", "0\r\nA : 1\r\n\r\n", "0\r\n A: 1\r\n\r\n", "0\r\nA: 1\r\n 2\r\n\r\n", "0\r\nA: \x01\r\n\r\n"})
    CHECK(is_bad(bad));
  std::string many = "0\r\n";
  for (int i = 0; i < 5000; ++i) many += "A: 1\r\n";
  CHECK(is_bad(many));
}

TEST_CASE("extensions are bounded by the body they come with") {
  CHECK(is_bad("5;" + std::string(5000, 'e') + "\r\nhello\r\n"));
  std::string greedy, honest;
  for (int i = 0; i < 200; ++i) {
    greedy += "1;" + std::string(100, 'e') + "\r\na\r\n";
    honest += "c8;" + std::string(100, 'e') + "\r\n" + std::string(200, 'a') + "\r\n";
  }
  CHECK(is_bad(greedy));
  CHECK(decode(honest + "0\r\n\r\n").done);
}

TEST_CASE("a bad decoder stays bad, a finished one takes nothing") {
  http::ChunkedDecoder decoder;
  CHECK(decoder.decode("x").bad);
  CHECK(decoder.decode("0\r\n\r\n").bad);
  http::ChunkedDecoder finished;
  CHECK(finished.decode("0\r\n\r\n").done);
  CHECK(finished.decode("0\r\n\r\n").consumed == 0);
}
