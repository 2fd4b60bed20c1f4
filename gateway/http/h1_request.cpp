#include "gateway/http/authority.h"
#include "gateway/http/framing.h"
#include "gateway/http/h1_fields.h"
#include "gateway/http/hop_by_hop.h"

namespace http {

namespace {

constexpr size_t method_bytes_max = 32;
constexpr size_t version_bytes = 8;

HeadError judge_method(std::string_view method) {
  if (!is_token(method) || method.size() > method_bytes_max) return HeadError::bad_request;
  for (char c : method)
    if (c >= 'a' && c <= 'z') return HeadError::lower_case_method;
  // Neither has a meaning behind a gateway, and both have been used to get around one.
  if (method == "CONNECT" || method == "TRACE") return HeadError::method_not_allowed;
  return HeadError::none;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// "HTTP/1.x" exactly; a higher minor counts as 1.1 (RFC 9110 section 2.5), a higher major is another protocol.
HeadError read_version(std::string_view text, int& minor_version) {
  if (text.size() != version_bytes || text.substr(0, 5) != "HTTP/" || text[6] != '.' || !is_digit(text[5]) || !is_digit(text[7]))
    return HeadError::bad_request;
  if (text[5] == '0') return HeadError::bad_request;
  if (text[5] != '1') return HeadError::bad_version;
  minor_version = text[7] == '0' ? 0 : 1;
  return HeadError::none;
}

// No blanks or controls, and no '#': a fragment has no place here, and rules on the end of a path were bypassed with it.
bool is_target(std::string_view target) {
  for (char c : target) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte == 0x7f || byte == '#') return false;
  }
  return !target.empty();
}

// Takes an absolute-form target apart; its authority replaces Host (RFC 9112 section 3.2.2).
HeadError read_target(std::string_view target, RequestHead& head) {
  if (!is_target(target)) return HeadError::bad_request;
  head.host = {};
  head.target = target;
  if (target.front() == '/' || (target == "*" && head.method == "OPTIONS")) return HeadError::none;
  const size_t scheme_end = target.find("://");
  if (scheme_end == std::string_view::npos) return HeadError::bad_request;
  const std::string_view scheme = target.substr(0, scheme_end);
  if (!equal_names(scheme, "http") && !equal_names(scheme, "https")) return HeadError::bad_request;
  const std::string_view rest = target.substr(scheme_end + 3);
  const size_t path = rest.find_first_of("/?");
  head.host = rest.substr(0, path);
  head.target = path == std::string_view::npos ? std::string_view("/") : rest.substr(path);
  if (!is_authority(head.host)) return HeadError::bad_host;
  return head.target.front() == '/' ? HeadError::none : HeadError::bad_request;
}

HeadError read_request_line(std::string_view line, const HeadLimits& limits, RequestHead& head) {
  const size_t first = line.find(' ');
  const size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return HeadError::bad_request;
  head.method = line.substr(0, first);
  const HeadError method = judge_method(head.method);
  if (method == HeadError::bad_request) return method;
  const std::string_view target = line.substr(first + 1, last - first - 1);
  if (target.size() > limits.target_bytes_max) return HeadError::target_too_long;
  if (HeadError error = read_version(line.substr(last + 1), head.minor_version); error != HeadError::none) return error;
  if (method != HeadError::none) return method;
  return read_target(target, head);
}

// Exactly one valid Host in 1.1, at most one before (RFC 9112 section 3.2). An absolute-form target overrules it.
HeadError read_host(RequestHead& head) {
  const size_t hosts = head.headers.count(Name::host);
  if (hosts > 1 || (hosts == 0 && head.minor_version >= 1)) return HeadError::bad_host;
  const std::string_view host = head.headers.get(Name::host);
  if (hosts == 1 && !is_authority(host)) return HeadError::bad_host;
  if (head.host.empty()) head.host = host;
  else head.headers.set(Name::host, head.host);
  return HeadError::none;
}

// Empty lines before the request line are passed over (RFC 9112 section 2.2): some clients end a body with one.
size_t skip_empty_lines(std::string_view bytes) {
  constexpr size_t lines_max = 4;
  size_t at = 0;
  while (at < 2 * lines_max && bytes.substr(at, 2) == "\r\n") at += 2;
  return at;
}

}  // namespace

int status_of(HeadError error) {
  switch (error) {
    case HeadError::method_not_allowed: return 405;
    case HeadError::target_too_long: return 414;
    case HeadError::not_implemented_coding: return 501;
    case HeadError::bad_response: return 502;
    case HeadError::bad_version: return 505;
    default: return 400;
  }
}

ParsedHead parse_request(std::string_view bytes, const HeadLimits& limits, RequestHead& head, size_t& scanned) {
  ParsedHead parsed;
  const size_t start = skip_empty_lines(bytes);
  // The first octet tells a TLS hello and other strangers, who would wait for an answer and not send a line end.
  if (start < bytes.size() && !is_token_char(bytes[start]) && bytes.substr(start) != "\r") {
    parsed.error = HeadError::bad_request;
    return parsed;
  }
  const LineLimit line_limit{limits.target_bytes_max + method_bytes_max + version_bytes + 2, HeadError::target_too_long};
  const HeadLines lines = read_lines(bytes, start, limits, line_limit, head.headers, scanned,
                                     [&](std::string_view line) { return read_request_line(line, limits, head); });
  parsed.error = lines.error;
  if (lines.end == 0 || parsed.error != HeadError::none) return parsed;
  parsed.error = read_host(head);
  if (parsed.error != HeadError::none) return parsed;
  const FramingResult framing = request_framing(head.headers, head.minor_version);
  parsed.error = framing.error;
  if (parsed.error != HeadError::none) return parsed;
  parsed.framing = framing.framing;
  parsed.keep_alive = wants_keep_alive(head.headers, head.minor_version);
  parsed.upgrade = is_websocket_upgrade(head);
  parsed.complete = true;
  parsed.bytes = lines.end;
  return parsed;
}

}  // namespace http
