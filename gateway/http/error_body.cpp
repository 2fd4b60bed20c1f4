#include "gateway/http/error_body.h"

#include <charconv>

#include "gateway/http/headers.h"

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
      return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<error>\n  <message>%s</message>\n  <requestid>%s</requestid>\n</error>";
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

double quality_of(std::string_view parameters) {
  const size_t at = parameters.find("q=");
  if (at == std::string_view::npos) return 1;
  double quality = 0;
  std::from_chars(parameters.data() + at + 2, parameters.data() + parameters.size(), quality);
  return quality;
}

Media choose(std::string_view accept) {
  Media best = Media::json;
  double best_quality = 0;
  each_element(accept, [&](std::string_view element) {
    const size_t semicolon = element.find(';');
    std::string_view range = element.substr(0, semicolon);
    while (!range.empty() && range.back() == ' ') range.remove_suffix(1);
    const double quality = semicolon == std::string_view::npos ? 1 : quality_of(element.substr(semicolon));
    Media media;
    if (quality > best_quality && media_of(range, media)) {
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

std::string escaped(Media media, std::string_view message) {
  std::string out;
  for (char c : message) {
    if (media == Media::json && (c == '"' || c == '\\')) out.append(1, '\\').append(1, c);
    else if ((media == Media::html || media == Media::xml) && c == '<') out += "&lt;";
    else if ((media == Media::html || media == Media::xml) && c == '&') out += "&amp;";
    else out += c;
  }
  return out;
}

}  // namespace

ErrorBody error_body(std::string_view accept, std::string_view content_type, bool from_http_layer, std::string_view message,
                     std::string_view request_id, const ErrorTemplates* templates) {
  Media media = Media::json;
  if (!accept.empty())
    media = choose(accept);
  else if (from_http_layer && (content_type.empty() || !media_of(content_type.substr(0, content_type.find(';')), media)))
    media = content_type.empty() ? Media::plain : Media::json;
  std::string_view text = built_in(media);
  if (templates != nullptr) {
    const std::string& own = media == Media::html ? templates->html : media == Media::xml ? templates->xml : media == Media::plain ? templates->plain : templates->json;
    if (!own.empty()) text = own;
  }
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

}  // namespace http
