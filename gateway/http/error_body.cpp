#include "gateway/http/error_body.h"

#include "gateway/http/h1_fields.h"
#include "gateway/http/write.h"

namespace http {

namespace {

enum class Media { json, html, xml, plain };

std::string_view type_of(Media media) {
  switch (media) {
    case Media::html: return "text/html; charset=utf-8";
    case Media::xml: return "application/xml; charset=utf-8";
    case Media::plain: return "text/plain; charset=utf-8";
    default: return "application/json; charset=utf-8";
  }
}

std::string_view built_in(Media media) {
  switch (media) {
    case Media::html:
      return "<!doctype html>\n<html>\n  <head>\n    <meta charset=\"utf-8\">\n    <title>Error</title>\n  </head>\n  <body>\n    <h1>Error</h1>\n"
             "    <p>%s.</p>\n    <p>request_id: %s</p>\n  </body>\n</html>\n";
    case Media::xml:
      return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<error>\n  <message>%s</message>\n  <requestid>%s</requestid>\n</error>\n";
    case Media::plain: return "%s\nrequest_id: %s\n";
    default: return "{\n  \"message\":\"%s\",\n  \"request_id\":\"%s\"\n}";
  }
}

bool media_of(std::string_view range, Media& media) {
  struct Known {
    std::string_view range;
    Media media;
  };
  static constexpr Known known[] = {{"application/json", Media::json}, {"text/html", Media::html},   {"application/xml", Media::xml},
                                    {"text/xml", Media::xml},          {"text/plain", Media::plain}, {"*/*", Media::json},
                                    {"application/*", Media::json},    {"text/*", Media::plain}};
  for (const Known& one : known)
    if (equal_names(one.range, range)) {
      media = one.media;
      return true;
    }
  return false;
}

// Takes the part before the next semicolon off `parameters`, trimmed.
std::string_view next_part(std::string_view& parameters) {
  const size_t semicolon = parameters.find(';');
  const std::string_view part = trim_blanks(parameters.substr(0, semicolon));
  parameters.remove_prefix(semicolon == std::string_view::npos ? parameters.size() : semicolon + 1);
  return part;
}

// In thousandths (RFC 9110 section 12.4.2); what cannot be read counts as not wanted.
int quality_of(std::string_view parameters) {
  while (!parameters.empty()) {
    const std::string_view part = next_part(parameters);
    if (part.size() < 2 || (part[0] != 'q' && part[0] != 'Q') || part[1] != '=') continue;
    const std::string_view value = part.substr(2);
    if (value.empty() || (value[0] != '0' && value[0] != '1') || (value.size() > 1 && value[1] != '.')) return 0;
    int quality = 0, unit = 1000;
    for (char c : value) {
      if (c == '.') continue;
      if (c < '0' || c > '9') return 0;
      quality += (c - '0') * unit;
      unit /= 10;
    }
    return quality > 1000 ? 1000 : quality;
  }
  return 1000;
}

Media choose(std::string_view accept) {
  Media best = Media::json;
  int best_quality = 0;
  each_element(accept, [&](std::string_view element) {
    const std::string_view range = next_part(element);
    Media media;
    if (!media_of(range, media)) return true;
    const int quality = quality_of(element);
    if (quality > best_quality) {
      best = media;
      best_quality = quality;
    }
    return true;
  });
  return best;
}

std::string fill(std::string_view text, std::string_view message, std::string_view request_id) {
  std::string out;
  const std::string_view values[] = {message, request_id};
  size_t next = 0;
  while (!text.empty()) {
    const size_t at = next < 2 ? text.find("%s") : std::string_view::npos;
    out.append(text.substr(0, at));
    if (at == std::string_view::npos) break;
    out.append(values[next++]);
    text.remove_prefix(at + 2);
  }
  return out;
}

void append_json(char c, std::string& out) {
  const auto octet = static_cast<unsigned char>(c);
  if (c == '"' || c == '\\') out.append(1, '\\').append(1, c);
  else if (octet < 0x20) out.append("\\u00").append(1, "01"[octet >> 4]).append(1, "0123456789abcdef"[octet & 15]);
  else out += c;
}

void append_markup(char c, std::string& out) {
  if (c == '<') out += "&lt;";
  else if (c == '>') out += "&gt;";
  else if (c == '&') out += "&amp;";
  else out += c;
}

// A message may hold what a client sent; it must stay text in every form.
std::string escaped(Media media, std::string_view message) {
  std::string out;
  out.reserve(message.size());
  for (char c : message) {
    if (media == Media::json) append_json(c, out);
    else if (media == Media::plain) out += c;
    else append_markup(c, out);
  }
  return out;
}

const std::string& own_text(Media media, const ErrorTemplates& templates) {
  switch (media) {
    case Media::html: return templates.html;
    case Media::xml: return templates.xml;
    case Media::plain: return templates.plain;
    default: return templates.json;
  }
}

}  // namespace

ErrorBody error_body(std::string_view accept, std::string_view content_type, bool from_http_layer, std::string_view message,
                     std::string_view request_id, const ErrorTemplates* templates) {
  Media media = Media::json;
  if (!accept.empty()) {
    media = choose(accept);
  } else if (from_http_layer) {
    if (content_type.empty()) media = Media::plain;
    else media_of(next_part(content_type), media);
  }
  std::string_view text = built_in(media);
  if (templates != nullptr)
    if (const std::string& own = own_text(media, *templates); !own.empty()) text = own;
  return {type_of(media), fill(text, escaped(media, message), request_id)};
}

std::string_view http_layer_message(int status) {
  switch (status) {
    case 400: return "Bad request";
    case 404: return "Not found";
    case 405: return "Method not allowed";
    case 408: return "Request timeout";
    case 411: return "Length required";
    case 412: return "Precondition failed";
    case 413: return "Payload too large";
    case 414: return "URI too long";
    case 417: return "Expectation failed";
    case 501: return "Not implemented";
    case 502: return "An invalid response was received from the upstream server";
    case 503: return "The upstream server is currently unavailable";
    case 504: return "The upstream server is timing out";
    case 505: return "HTTP version not supported";
    default: return "An unexpected error occurred";
  }
}

std::string_view http_layer_message(HeadError error) {
  if (error == HeadError::header_too_large) return "Request header or cookie too large";
  return http_layer_message(status_of(error));
}

ErrorBody stock_page(int status, std::string_view what) {
  std::string title = std::to_string(status);
  // The page keeps the word of the standard where the status line has an older one.
  const std::string_view words = status == 302 ? "Found" : reason_phrase(status);
  if (!words.empty()) title.append(" ").append(words);
  std::string page = "<html>\r\n<head><title>";
  page.append(what.empty() ? title : std::to_string(status).append(" ").append(what)).append("</title></head>\r\n<body>\r\n<center><h1>").append(title);
  page.append("</h1></center>\r\n");
  if (!what.empty()) page.append("<center>").append(what).append("</center>\r\n");
  page.append("</body>\r\n</html>\r\n");
  return {"text/html; charset=UTF-8", std::move(page)};
}

}  // namespace http
