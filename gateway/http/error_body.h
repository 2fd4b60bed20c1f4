#pragma once
// The bodies of error answers: one message in the media type the client likes best.

#include <string>
#include <string_view>

#include "gateway/http/message.h"

namespace http {

// Own templates; each has two "%s", the message and the request id. Empty: the built-in one.
struct ErrorTemplates {
  std::string html, json, xml, plain;
};

struct ErrorBody {
  std::string_view content_type;
  std::string body;
};

// Chosen by the highest q in `accept` among json, html, xml and plain. Without Accept: JSON, or, for errors of the HTTP layer
// itself, the request's Content-Type and then plain text.
ErrorBody error_body(std::string_view accept, std::string_view content_type, bool from_http_layer, std::string_view message,
                     std::string_view request_id, const ErrorTemplates* templates);

// The message of an error that the HTTP layer itself raises.
std::string_view http_layer_message(int status);
// The same, told apart where one status has several: a head over its limit says so.
std::string_view http_layer_message(HeadError error);

// The fixed page that a few statuses carry whatever the client accepts: 501, 505 and redirects. `what`, plain text, is named in the title
// and below it.
ErrorBody stock_page(int status, std::string_view what = {});

}  // namespace http
