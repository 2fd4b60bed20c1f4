#include "gateway/observe/access_line.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>

using namespace observe;

namespace {

std::string line_of(const AccessLine& line) {
  std::string out;
  append_access_line(out, line, "28/Nov/2026:20:34:01 +0000");
  return out;
}

}  // namespace

TEST_CASE("an access line is the combined format with the request id behind it") {
  AccessLine line;
  line.client_ip = "10.0.0.7";
  line.method = "GET", line.target = "/a?b=c", line.version = "HTTP/1.1";
  line.status = 200, line.body_bytes = 512;
  line.user_agent = "curl/8.5";
  line.request_id = "0f";
  CHECK(line_of(line) ==
        "10.0.0.7 - - [28/Nov/2026:20:34:01 +0000] \"GET /a?b=c HTTP/1.1\" 200 512 \"-\" \"curl/8.5\" kong_request_id: "
        "\"0f\"\n");
  line.request_id = {};
  CHECK(line_of(line).ends_with("\"-\" \"curl/8.5\"\n"));
}

TEST_CASE("a client cannot end a line, a field or the text's encoding") {
  AccessLine line;
  line.target = "/\"x\\ \xff\xc3\xa4\n\x7f\t\x1b[31m", line.user_agent = "\" 200 1 \"\r\n10.0.0.1 - - [",
  line.referer = std::string_view("\0", 1);
  const std::string text = line_of(line);
  CHECK(std::count(text.begin(), text.end(), '\n') == 1);
  CHECK(std::count(text.begin(), text.end(), '"') == 6);
  CHECK(std::all_of(text.begin(), text.end() - 1, [](char c) { return c >= 0x20 && c < 0x7f; }));
  CHECK(text.find("\"/\\x22x\\x5C \\xFF\\xC3\\xA4\\x0A\\x7F\\x09\\x1B[31m\"") != std::string::npos);
  CHECK(text.find("\\x0D\\x0A10.0.0.1") != std::string::npos);
  CHECK(text.find("\"\\x00\"") != std::string::npos);
}

TEST_CASE("fields are cut at a limit") {
  const std::string endless(100'000, 'x');
  AccessLine line;
  line.target = line.referer = line.user_agent = endless;
  const std::string text = line_of(line);
  CHECK(static_cast<size_t>(std::count(text.begin(), text.end(), 'x')) == 3 * logged_field_bytes_max);
}

TEST_CASE("the time of a line follows the clock in whole seconds") {
  const time_t wall_s = 1'795'898'041;
  tm local{};
  localtime_r(&wall_s, &local);
  char expected[40];
  REQUIRE(std::strftime(expected, sizeof expected, "%d/%b/%Y:%H:%M:%S %z", &local) > 0);
  LogTime time;
  CHECK(time.text(wall_s) == expected);
  CHECK(time.text(wall_s) == expected);
  CHECK(time.text(wall_s + 1) != expected);
  CHECK(time.text(wall_s) == expected);
}
