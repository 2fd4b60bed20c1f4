#include <doctest/doctest.h>

#include "gateway/http/framing.h"

namespace {

using http::Framing;
using http::HeadError;
using http::Name;

http::Headers fields(std::initializer_list<std::pair<Name, std::string_view>> list) {
  http::Headers headers;
  for (auto [name, value] : list) headers.add(name, value);
  return headers;
}

HeadError coding_error(std::string_view value) { return http::request_framing(fields({{Name::transfer_encoding, value}}), 1).error; }

}  // namespace

TEST_CASE("a length is digits and fits") {
  CHECK(http::parse_length("0") == 0);
  CHECK(http::parse_length("007") == 7);
  CHECK(http::parse_length("9223372036854775807") == INT64_MAX);
  for (const char* bad : {"", "+1", "-1", "0x1", "1 ", " 1", "1,1", "1_0", "1.0", "9223372036854775808", "18446744073709551616", "00000000000000000001"})
    CHECK_FALSE(http::parse_length(bad));
}

TEST_CASE("a request's body ends where only one reading says so") {
  CHECK(http::request_framing(fields({}), 1).framing.kind == Framing::none);
  auto length = http::request_framing(fields({{Name::content_length, "3"}, {Name::content_length, "3"}}), 1);
  CHECK(length.error == HeadError::none);
  CHECK(length.framing.length == 3);
  CHECK(http::request_framing(fields({{Name::content_length, "3"}, {Name::content_length, "4"}}), 1).error == HeadError::bad_length);
  CHECK(http::request_framing(fields({{Name::content_length, "3, 3"}}), 1).error == HeadError::bad_length);
  CHECK(http::request_framing(fields({{Name::content_length, "3"}, {Name::transfer_encoding, "chunked"}}), 1).error == HeadError::bad_transfer_encoding);
  CHECK(http::request_framing(fields({{Name::transfer_encoding, "chunked"}}), 0).error == HeadError::bad_transfer_encoding);
  CHECK(http::request_framing(fields({{Name::transfer_encoding, "chunked"}, {Name::transfer_encoding, "chunked"}}), 1).error ==
        HeadError::bad_transfer_encoding);
}

TEST_CASE("chunked stands alone; other codings are not implemented, other forms are wrong") {
  CHECK(coding_error("chunked") == HeadError::none);
  CHECK(coding_error("CHUNKED") == HeadError::none);
  CHECK(coding_error("gzip") == HeadError::not_implemented_coding);
  CHECK(coding_error("gzip, chunked") == HeadError::not_implemented_coding);
  CHECK(coding_error("identity") == HeadError::not_implemented_coding);
  for (const char* bad : {"", ",", "chunked,", ",chunked", "chunked, gzip", "chunked, chunked", "chunked;q=1", "\"chunked\"", "chunked\x0b"})
    CHECK(coding_error(bad) == HeadError::bad_transfer_encoding);
}

TEST_CASE("an answer's body depends on what was asked") {
  auto five = fields({{Name::content_length, "5"}});
  CHECK(http::response_framing(five, 1, 200, "GET").framing.kind == Framing::length);
  CHECK(http::response_framing(five, 1, 200, "HEAD").framing.kind == Framing::none);
  CHECK(http::response_framing(five, 1, 304, "GET").framing.kind == Framing::none);
  CHECK(http::response_framing(five, 1, 204, "GET").framing.kind == Framing::none);
  CHECK(http::response_framing(five, 1, 103, "GET").framing.kind == Framing::none);
  CHECK(http::response_framing(fields({}), 1, 200, "GET").framing.kind == Framing::until_close);
  auto two = fields({{Name::content_length, "5"}, {Name::content_length, "6"}});
  CHECK(http::response_framing(two, 1, 200, "HEAD").error == HeadError::bad_length);
}
