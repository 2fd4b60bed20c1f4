#include "gateway/http/write.h"

#include <charconv>
#include <ctime>

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
    default: return "";
  }
}

void write_response_head(const ResponseHead& head, std::string& out) {
  char digits[4];
  auto end = std::to_chars(digits, digits + sizeof digits, head.status).ptr;
  out.append("HTTP/1.1 ").append(digits, end).append(" ").append(head.reason.empty() ? reason_phrase(head.status) : head.reason).append("\r\n");
  for (const Header& header : head.headers.all()) out.append(header.name).append(": ").append(header.value).append("\r\n");
  out.append("\r\n");
}

ChunkSize::ChunkSize(uint64_t size) {
  text_[--start_] = '\n';
  text_[--start_] = '\r';
  do {
    text_[--start_] = "0123456789abcdef"[size & 15];
    size >>= 4;
  } while (size != 0);
}

std::string_view date_value(int64_t wall_s) {
  thread_local int64_t second = -1;
  thread_local char text[32];
  thread_local size_t length = 0;
  if (second != wall_s) {
    second = wall_s;
    const auto time = static_cast<time_t>(wall_s);
    tm parts;
    gmtime_r(&time, &parts);
    static constexpr const char* days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    // Not strftime's %a and %b: those follow the locale.
    std::string format = std::string(days[parts.tm_wday]) + ", %d " + months[parts.tm_mon] + " %Y %H:%M:%S GMT";
    length = strftime(text, sizeof text, format.c_str(), &parts);
  }
  return {text, length};
}

}  // namespace http
