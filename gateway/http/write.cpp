#include "gateway/http/write.h"

#include <cstring>

#include "gateway/http/h1_fields.h"

namespace http {

std::string_view reason_phrase(int status) {
  switch (status) {
    case 100: return "Continue";
    case 101: return "Switching Protocols";
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 206: return "Partial Content";
    case 301: return "Moved Permanently";
    case 302: return "Moved Temporarily";
    case 303: return "See Other";
    case 304: return "Not Modified";
    case 307: return "Temporary Redirect";
    case 308: return "Permanent Redirect";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 402: return "Payment Required";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Not Allowed";
    case 406: return "Not Acceptable";
    case 408: return "Request Time-out";
    case 409: return "Conflict";
    case 410: return "Gone";
    case 411: return "Length Required";
    case 412: return "Precondition Failed";
    case 413: return "Request Entity Too Large";
    case 414: return "Request-URI Too Large";
    case 415: return "Unsupported Media Type";
    case 416: return "Requested Range Not Satisfiable";
    case 417: return "Expectation Failed";
    case 421: return "Misdirected Request";
    case 429: return "Too Many Requests";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 502: return "Bad Gateway";
    case 503: return "Service Temporarily Unavailable";
    case 504: return "Gateway Time-out";
    case 505: return "HTTP Version Not Supported";
    case 507: return "Insufficient Storage";
    default: return "";
  }
}

void write_field(std::string_view name, std::string_view value, Out& out) {
  if (is_field_value(value)) return out.line(name, value);
  out.text(name);
  out.text(": ");
  for (char c : value) out.text(is_field_value({&c, 1}) ? std::string_view(&c, 1) : " ");
  out.text("\r\n");
}

void write_response_head(const ResponseHead& head, Out& out) {
  const std::string_view reason = head.reason.empty() ? reason_phrase(head.status) : head.reason;
  out.text("HTTP/1.1 ");
  out.number(static_cast<uint64_t>(head.status));
  out.text(" ");
  if (is_field_value(reason)) out.text(reason);
  out.text("\r\n");
  write_fields(head.headers, out, [](const Header&) { return true; });
  out.text("\r\n");
}

void write_request_head(std::string_view method, std::string_view target, const Headers& headers, Out& out) {
  for (std::string_view part : {method, std::string_view(" "), target, std::string_view(" HTTP/1.1\r\n")}) out.text(part);
  write_fields(headers, out, [](const Header&) { return true; });
  out.text("\r\n");
}

ChunkSize::ChunkSize(uint64_t size) {
  text_[--start_] = '\n';
  text_[--start_] = '\r';
  do {
    text_[--start_] = "0123456789abcdef"[size & 15];
    size >>= 4;
  } while (size != 0);
}

void http_date(time_t wall_s, char (&text)[30]) {
  static constexpr char days[] = "SunMonTueWedThuFriSat";
  static constexpr char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
  tm parts{};
  gmtime_r(&wall_s, &parts);
  const auto two = [&text](size_t at, int number) {
    text[at] = static_cast<char>('0' + number / 10 % 10);
    text[at + 1] = static_cast<char>('0' + number % 10);
  };
  std::memcpy(text, "ddd, 00 mmm 0000 00:00:00 GMT", sizeof text);
  std::memcpy(text, days + 3 * parts.tm_wday, 3);
  std::memcpy(text + 8, months + 3 * parts.tm_mon, 3);
  two(5, parts.tm_mday);
  two(12, (parts.tm_year + 1900) / 100);
  two(14, parts.tm_year + 1900);
  two(17, parts.tm_hour);
  two(20, parts.tm_min);
  two(23, parts.tm_sec);
}

std::string_view date_value(int64_t wall_s) {
  thread_local int64_t second = -1;
  thread_local char text[30];
  if (second != wall_s) {
    second = wall_s;
    http_date(static_cast<time_t>(wall_s), text);
  }
  return {text, sizeof text - 1};
}

}  // namespace http
