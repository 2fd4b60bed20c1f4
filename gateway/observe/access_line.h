#pragma once
// One line of an access log: Kong's default format, which is the usual combined one with the request id behind it.
//
//   10.0.0.7 - - [28/Nov/2026:20:34:01 +0000] "GET /a?b HTTP/1.1" 200 512 "-" "curl/8.5" kong_request_id: "0f..."

#include <cstdint>
#include <string>
#include <string_view>

namespace observe {

struct AccessLine {
  std::string_view client_ip;
  // Method, target and version as on the wire. With an empty version `target` alone is the request line: of one that
  // could not be understood.
  std::string_view method, target, version;
  int status = 0;
  uint64_t body_bytes = 0;
  std::string_view referer, user_agent;  // empty: "-"
  std::string_view request_id;           // empty: left out
};

// The time as access logs write it, in the zone of the machine. Made once a second, so one object for each thread.
class LogTime {
 public:
  // Valid until the next call.
  std::string_view text(int64_t wall_s);

 private:
  int64_t wall_s_ = -1;
  char text_[40];
  size_t bytes_ = 0;
};

constexpr size_t logged_field_bytes_max = 8 * 1024;  // of each field that a client chooses; the rest is cut off

// Appends the line with its line break. What a client chose can neither end the line nor a quoted field: quotes,
// backslashes and everything that is not printable ASCII are written as \xHH, as nginx does.
void append_access_line(std::string& out, const AccessLine& line, std::string_view time);

}  // namespace observe
