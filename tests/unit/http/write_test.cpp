#include <doctest/doctest.h>

#include "gateway/http/error_body.h"
#include "gateway/http/write.h"

namespace {

const std::string_view id = "0123456789abcdef0123456789abcdef";
const std::string_view message = "An invalid response was received from the upstream server";

http::ErrorBody for_accept(std::string_view accept) { return http::error_body(accept, "", false, message, id, nullptr); }

}  // namespace

TEST_CASE("heads are written as they stand, with the usual reason") {
  http::ResponseHead head;
  head.status = 404;
  head.headers.add("X-A", "1");
  http::Out out;
  http::write_response_head(head, out);
  CHECK(out.view() == "HTTP/1.1 404 Not Found\r\nX-A: 1\r\n\r\n");
  out.clear();
  http::write_request_head("GET", "/a?", head.headers, out);
  CHECK(out.view() == "GET /a? HTTP/1.1\r\nX-A: 1\r\n\r\n");
}

TEST_CASE("what was read goes out as it stood, without the fields that are not wanted") {
  const std::string_view read = "GET / HTTP/1.1\r\nHost: a\r\nX-A: 1\r\nx-b:2\r\nX-C:  3 \r\nX-D: 4\r\nX-E: \r\n\r\n";
  http::RequestHead head;
  size_t scanned = 0;
  REQUIRE(http::parse_request(read, {}, head, scanned).complete);
  head.headers.set("X-D", "5");
  head.headers.add("X-F", "6");
  http::Out out;
  http::write_fields(head.headers, out, [](const http::Header& field) { return field.name != "Host"; });
  CHECK(out.view() == "X-A: 1\r\nx-b: 2\r\nX-C: 3\r\nX-D: 5\r\nX-E: \r\nX-F: 6\r\n");
}

TEST_CASE("a head that outgrows its place moves, whole") {
  char place[16];
  http::Out out(place);
  for (int i = 0; i < 100; ++i) http::write_field("X-Name", "value", out);
  CHECK(out.size() == 1500);
  CHECK(out.view().substr(1485) == "X-Name: value\r\n");
}

TEST_CASE("no value can end its line") {
  http::Out out;
  http::write_field("X", std::string_view("a\r\nEvil: 1\0b", 12), out);
  CHECK(out.view() == "X: a  Evil: 1 b\r\n");
}

TEST_CASE("chunk sizes and dates") {
  CHECK(http::ChunkSize(0).text() == "0\r\n");
  CHECK(http::ChunkSize(0xabc0).text() == "abc0\r\n");
  CHECK(http::ChunkSize(UINT64_MAX).text() == "ffffffffffffffff\r\n");
  CHECK(http::date_value(784111777) == "Sun, 06 Nov 1994 08:49:37 GMT");
  CHECK(http::date_value(0) == "Thu, 01 Jan 1970 00:00:00 GMT");
  CHECK(http::date_value(1709210096) == "Thu, 29 Feb 2024 12:34:56 GMT");
}

TEST_CASE("an error body has the recorded form and length of its media type") {
  auto json = http::error_body("", "", false, "no Route matched with those values", id, nullptr);
  CHECK(json.content_type == "application/json; charset=utf-8");
  CHECK(json.body == "{\n  \"message\":\"no Route matched with those values\",\n  \"request_id\":\"0123456789abcdef0123456789abcdef\"\n}");
  CHECK(for_accept("text/html").body.size() == 266);
  CHECK(for_accept("text/plain").body.size() == 103);
  auto xml = for_accept("application/xml");
  CHECK(xml.content_type == "application/xml; charset=utf-8");
  CHECK(xml.body.size() == 193);
  CHECK(xml.body.back() == '\n');
}

TEST_CASE("the best quality chooses, the first one of equals") {
  auto type = [](std::string_view accept) { return std::string(for_accept(accept).content_type); };
  const std::string json = "application/json; charset=utf-8", html = "text/html; charset=utf-8", plain = "text/plain; charset=utf-8";
  CHECK(type("image/png") == json);
  CHECK(type("*/*") == json);
  CHECK(type("text/*") == plain);
  CHECK(type("text/html, application/json") == html);
  CHECK(type("text/html;q=0.5, text/plain ; level=1; Q=0.7, */*;q=0.1") == plain);
  CHECK(type("text/html;q=0, application/json;q=0.001") == json);
  CHECK(type("text/html;q=x, text/plain;q=0.1") == plain);
  CHECK(type("text/html;xq=0;q=1.0") == html);
}

TEST_CASE("without Accept, errors of the HTTP layer follow the request's own type") {
  auto type = [](std::string_view content_type) { return std::string(http::error_body("", content_type, true, "x", id, nullptr).content_type); };
  CHECK(type("") == "text/plain; charset=utf-8");
  CHECK(type("text/html; charset=x") == "text/html; charset=utf-8");
  CHECK(type("application/x-www-form-urlencoded") == "application/json; charset=utf-8");
}

TEST_CASE("a message stays text, and a template of one's own is filled") {
  auto json = http::error_body("", "", false, "a\"b\\\n", id, nullptr);
  CHECK(json.body.find("\"a\\\"b\\\\\\u000a\"") != std::string::npos);
  CHECK(http::error_body("text/html", "", false, "<b>&", id, nullptr).body.find("&lt;b&gt;&amp;") != std::string::npos);
  http::ErrorTemplates own;
  own.plain = "%s / %s / %s";
  CHECK(http::error_body("text/plain", "", false, "%s", "7", &own).body == "%s / 7 / %s");
}

TEST_CASE("a few statuses carry the fixed page") {
  CHECK(http::stock_page(505).body.size() == 152);
  CHECK(http::stock_page(501).body.size() == 130);
  CHECK(http::stock_page(302).body.size() == 110);
  CHECK(http::http_layer_message(http::HeadError::header_too_large) == "Request header or cookie too large");
  CHECK(http::http_layer_message(http::HeadError::bad_host) == "Bad request");
}
