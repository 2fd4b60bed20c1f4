#include "gateway/http/h1_fields.h"
#include "gateway/http/message.h"

namespace http {

namespace {

// uri-host [":" port] (RFC 9110 section 7.2): no userinfo, path, list, or anything that two readers could take differently.
bool is_host(std::string_view host) {
  if (host.empty()) return true;  // allowed for schemes without an authority
  size_t port_at = host.rfind(':');
  std::string_view name = host;
  if (host.front() == '[') {
    const size_t close = host.find(']');
    if (close == std::string_view::npos || close < 3) return false;
    for (char c : host.substr(1, close - 1))
      if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':' || c == '.')) return false;
    if (close + 1 == host.size()) return true;
    port_at = close + 1;
    if (host[port_at] != ':') return false;
    name = {};
  } else if (port_at != std::string_view::npos) {
    name = host.substr(0, port_at);
    if (name.empty()) return false;
  }
  for (char c : name) {
    const bool good = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || std::string_view("-._~!$&'()*+;=%").find(c) != std::string_view::npos;
    if (!good) return false;
  }
  if (port_at == std::string_view::npos) return true;
  std::string_view port = host.substr(port_at + 1);
  if (port.size() > 5) return false;
  uint32_t number = 0;
  for (char c : port) {
    if (c < '0' || c > '9') return false;
    number = number * 10 + static_cast<uint32_t>(c - '0');
  }
  return number <= 65535;
}

bool is_target(std::string_view target) {
  for (char c : target) {
    auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte == 0x7f || c == '#') return false;
  }
  return !target.empty();
}

HeadError parse_method(std::string_view method) {
  if (!is_token(method)) return HeadError::bad_request;
  for (char c : method)
    if (c >= 'a' && c <= 'z') return HeadError::lower_case_method;
  if (method == "CONNECT" || method == "TRACE") return HeadError::method_not_allowed;
  return HeadError::none;
}

// "HTTP/1.x": other majors and spellings are refused; a higher minor is treated as 1.1 (RFC 9110 section 2.5).
HeadError parse_version(std::string_view text, int& minor_version) {
  if (text.size() != 8 || text.substr(0, 5) != "HTTP/" || text[6] != '.' || text[5] < '0' || text[5] > '9' || text[7] < '0' || text[7] > '9')
    return HeadError::bad_request;
  if (text[5] != '1') return HeadError::bad_version;
  minor_version = text[7] == '0' ? 0 : 1;
  return HeadError::none;
}

// Takes an absolute-form target apart: its authority replaces Host (RFC 9112 section 3.2.2).
HeadError take_target(std::string_view target, RequestHead& head, bool& absolute) {
  if (!is_target(target)) return HeadError::bad_request;
  if (target.front() == '/' || (target == "*" && head.method == "OPTIONS")) {
    head.target = target;
    return HeadError::none;
  }
  const size_t scheme_end = target.find("://");
  if (scheme_end == std::string_view::npos) return HeadError::bad_request;
  std::string_view scheme = target.substr(0, scheme_end);
  if (!equal_names(scheme, "http") && !equal_names(scheme, "https")) return HeadError::bad_request;
  std::string_view rest = target.substr(scheme_end + 3);
  const size_t path = rest.find_first_of("/?");
  head.host = rest.substr(0, path);
  if (head.host.empty() || !is_host(head.host)) return HeadError::bad_host;
  head.target = path == std::string_view::npos ? std::string_view("/") : rest.substr(path);
  if (head.target.front() != '/') return HeadError::bad_request;
  absolute = true;
  return HeadError::none;
}

HeadError take_host(RequestHead& head, bool absolute) {
  const size_t hosts = head.headers.count(Name::host);
  if (hosts > 1 || (hosts == 0 && head.minor_version >= 1)) return HeadError::bad_host;
  if (hosts == 0) return HeadError::none;
  std::string_view host = head.headers.get(Name::host);
  if (!is_host(host)) return HeadError::bad_host;
  if (!absolute) head.host = host;
  return HeadError::none;
}

bool is_websocket(const RequestHead& head) {
  if (head.minor_version == 0 || !equal_names(head.headers.get(Name::upgrade), "websocket") || !connection_lists(head.headers, "upgrade")) return false;
  return head.method == "GET" && !head.headers.get("Sec-WebSocket-Key").empty() && !head.headers.get("Sec-WebSocket-Version").empty();
}

HeadError parse_line(std::string_view line, const HeadLimits& limits, RequestHead& head, bool& absolute) {
  const size_t first = line.find(' ');
  const size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return HeadError::bad_request;
  head.method = line.substr(0, first);
  if (HeadError error = parse_method(head.method); error == HeadError::bad_request) return error;
  std::string_view target = line.substr(first + 1, last - first - 1);
  if (target.size() > limits.target_bytes_max) return HeadError::target_too_long;
  if (HeadError error = parse_version(line.substr(last + 1), head.minor_version); error != HeadError::none) return error;
  if (HeadError error = parse_method(head.method); error != HeadError::none) return error;
  return take_target(target, head, absolute);
}

// Faults that need not wait for the end of the head.
HeadError early_fault(std::string_view bytes, const HeadLimits& limits) {
  const size_t line_end = bytes.find("\r\n");
  if (line_end == std::string_view::npos && bytes.size() > limits.target_bytes_max + 32) return HeadError::target_too_long;
  if (line_end != std::string_view::npos && line_end > limits.target_bytes_max + 64) return HeadError::target_too_long;
  if (line_end != std::string_view::npos) {
    // A first line that cannot be one (HTTP/0.9, another protocol) is answered now: its sender may wait for us.
    RequestHead scratch;
    bool absolute = false;
    if (HeadError error = parse_line(bytes.substr(0, line_end), limits, scratch, absolute); error != HeadError::none) return error;
  }
  return bytes.size() >= limits.header_bytes_max ? HeadError::header_too_large : HeadError::none;
}

}  // namespace

int status_of(HeadError error) {
  switch (error) {
    case HeadError::target_too_long: return 414;
    case HeadError::method_not_allowed: return 405;
    case HeadError::bad_version: return 505;
    case HeadError::not_implemented_coding: return 501;
    default: return 400;
  }
}

ParsedHead parse_request(std::string_view bytes, const HeadLimits& limits, RequestHead& head, size_t& scanned) {
  ParsedHead parsed;
  // An empty line before the request line is tolerated, once (RFC 9112 section 2.2).
  size_t skipped = 0;
  if (bytes.substr(0, 2) == "\r\n") skipped = 2;
  if (skipped > 0 && scanned < skipped) scanned = skipped;
  bool bad = false;
  const size_t end = find_head_end(bytes, scanned, bad);
  if (bad) {
    parsed.error = HeadError::bad_request;
    return parsed;
  }
  if (end == 0) {
    parsed.error = early_fault(bytes.substr(skipped), limits);
    return parsed;
  }
  std::string_view text = bytes.substr(skipped, end - skipped);
  if (text.size() > limits.header_bytes_max) {
    parsed.error = HeadError::header_too_large;
    return parsed;
  }
  const size_t line_end = text.find("\r\n");
  bool absolute = false;
  head.headers.clear();
  head.host = {};
  parsed.error = parse_line(text.substr(0, line_end), limits, head, absolute);
  if (parsed.error != HeadError::none) return parsed;
  parsed.error = parse_fields(text.substr(line_end + 2), limits, head.headers);
  if (parsed.error != HeadError::none) return parsed;
  parsed.error = take_host(head, absolute);
  if (parsed.error != HeadError::none) return parsed;
  const LengthFields lengths = read_length_fields(head.headers, head.minor_version);
  parsed.error = lengths.error;
  if (parsed.error != HeadError::none) return parsed;
  if (lengths.chunked)
    parsed.framing = {Framing::chunked, 0};
  else if (lengths.has_length)
    parsed.framing = {Framing::length, lengths.length};
  parsed.keep_alive = wants_keep_alive(head.headers, head.minor_version);
  parsed.upgrade = is_websocket(head);
  parsed.complete = true;
  parsed.bytes = end;
  return parsed;
}

}  // namespace http
