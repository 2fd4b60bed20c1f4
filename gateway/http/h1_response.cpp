#include "gateway/http/framing.h"
#include "gateway/http/h1_fields.h"

namespace http {

namespace {

constexpr size_t status_line_bytes_max = 8 * 1024;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// "HTTP/1.x SSS[ reason]"; the space after the status is often missing when there is no reason.
HeadError read_status_line(std::string_view line, ResponseHead& head) {
  if (line.size() < 12 || line.substr(0, 7) != "HTTP/1." || !is_digit(line[7]) || line[8] != ' ') return HeadError::bad_response;
  if (!is_digit(line[9]) || !is_digit(line[10]) || !is_digit(line[11])) return HeadError::bad_response;
  if (line.size() > 12 && line[12] != ' ') return HeadError::bad_response;
  head.minor_version = line[7] == '0' ? 0 : 1;
  head.status = (line[9] - '0') * 100 + (line[10] - '0') * 10 + (line[11] - '0');
  head.reason = line.size() > 13 ? line.substr(13) : std::string_view();
  const bool good = head.status >= 100 && head.status <= 599 && is_field_value(head.reason);
  return good ? HeadError::none : HeadError::bad_response;
}

}  // namespace

ParsedHead parse_response(std::string_view bytes, const HeadLimits& limits, std::string_view request_method, ResponseHead& head,
                          size_t& scanned) {
  ParsedHead parsed;
  constexpr std::string_view beginning = "HTTP/1.";
  // Whatever does not begin like an answer is refused at once: an upstream of another protocol may never send a line end.
  if (bytes.substr(0, beginning.size()) != beginning.substr(0, bytes.size())) {
    parsed.error = HeadError::bad_response;
    return parsed;
  }
  const HeadLines lines = read_lines(bytes, 0, limits, {status_line_bytes_max, HeadError::header_too_large}, head.headers, scanned,
                                     [&](std::string_view line) { return read_status_line(line, head); });
  parsed.error = lines.error == HeadError::bad_request ? HeadError::bad_response : lines.error;
  if (lines.end == 0 || parsed.error != HeadError::none) return parsed;
  const FramingResult framing = response_framing(head.headers, head.minor_version, head.status, request_method);
  parsed.error = framing.error;
  if (parsed.error != HeadError::none) return parsed;
  parsed.framing = framing.framing;
  parsed.keep_alive = framing.framing.kind != Framing::until_close && wants_keep_alive(head.headers, head.minor_version);
  parsed.upgrade = head.status == 101;
  parsed.complete = true;
  parsed.bytes = lines.end;
  return parsed;
}

}  // namespace http
