#include "gateway/http/h1_fields.h"
#include "gateway/http/message.h"

namespace http {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool parse_status_line(std::string_view line, ResponseHead& head) {
  // "HTTP/1.x SSS[ reason]"; the space after the status is often missing when there is no reason.
  if (line.size() < 12 || line.substr(0, 7) != "HTTP/1." || !is_digit(line[7]) || line[8] != ' ') return false;
  if (!is_digit(line[9]) || !is_digit(line[10]) || !is_digit(line[11])) return false;
  if (line.size() > 12 && line[12] != ' ') return false;
  head.minor_version = line[7] == '0' ? 0 : 1;
  head.status = (line[9] - '0') * 100 + (line[10] - '0') * 10 + (line[11] - '0');
  head.reason = line.size() > 13 ? line.substr(13) : std::string_view();
  return head.status >= 100 && head.status <= 599 && is_field_value(head.reason);
}

}  // namespace

ParsedHead parse_response(std::string_view bytes, const HeadLimits& limits, std::string_view request_method, ResponseHead& head, size_t& scanned) {
  ParsedHead parsed;
  bool bad = false;
  const size_t end = find_head_end(bytes, scanned, bad);
  constexpr std::string_view start = "HTTP/1.";
  if (bad || bytes.substr(0, start.size()) != start.substr(0, bytes.size())) {
    parsed.error = HeadError::bad_response;
    return parsed;
  }
  if (end == 0) {
    if (bytes.size() >= limits.header_bytes_max) parsed.error = HeadError::header_too_large;
    return parsed;
  }
  std::string_view text = bytes.substr(0, end);
  const size_t line_end = text.find("\r\n");
  head.headers.clear();
  if (text.size() > limits.header_bytes_max || !parse_status_line(text.substr(0, line_end), head)) {
    parsed.error = HeadError::bad_response;
    return parsed;
  }
  parsed.error = parse_fields(text.substr(line_end + 2), limits, head.headers);
  if (parsed.error != HeadError::none) return parsed;
  parsed.complete = true;
  parsed.bytes = end;
  parsed.keep_alive = wants_keep_alive(head.headers, head.minor_version);
  parsed.upgrade = head.status == 101;
  const LengthFields lengths = read_length_fields(head.headers, head.minor_version);
  if (request_method == "HEAD" || head.status < 200 || head.status == 204 || head.status == 304) return parsed;
  parsed.error = lengths.error;
  if (lengths.chunked)
    parsed.framing = {Framing::chunked, 0};
  else if (lengths.has_length)
    parsed.framing = {Framing::length, lengths.length};
  else
    parsed.framing = {Framing::until_close, 0};
  return parsed;
}

}  // namespace http
