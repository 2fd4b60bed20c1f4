#include "gateway/plugins/exchange.h"

#include <algorithm>
#include <array>

#include "gateway/plugins/json_text.h"

namespace plugins {
namespace {

void start_answer(Exchange& exchange, int status) {
  exchange.response.status = status;
  exchange.response.reason = {};
  exchange.response.headers.clear();
  exchange.own_body = {};
  exchange.origin = Origin::gateway;
}

Verdict answer_error(Exchange& exchange, int status, std::string_view message, bool http_layer) {
  start_answer(exchange, status);
  const http::Headers& asked = exchange.request.headers;
  http::ErrorBody made = http::error_body(asked.get(http::Name::accept), asked.get(http::Name::content_type), http_layer, message,
                                          exchange.request_id, exchange.error_templates);
  if (!made.content_type.empty()) exchange.response.headers.add(http::Name::content_type, made.content_type);
  exchange.own_body = exchange.arena.copy(made.body);
  return Verdict::answered;
}

// Texts are told to be UTF-8 when nothing else is said, by the media types of nginx's charset filter.
std::string_view with_charset(std::string_view type, async::Arena& arena) {
  constexpr std::array texts = {"text/html", "text/xml", "text/plain", "application/javascript", "application/rss+xml"};
  bool bare_text = std::ranges::any_of(texts, [type](std::string_view text) { return http::equal_names(text, type); });
  return bare_text ? arena.join({type, "; charset=UTF-8"}) : type;
}

// A header the client may not speak for: our value, or none at all.
void set_or_clear(http::Headers& headers, std::string_view name, std::string_view value) {
  if (value.empty()) headers.remove(name);
  else headers.set(name, value);
}

void set_identity(Exchange& exchange, const schema::Consumer* who, std::string_view credential_identifier, bool anonymous) {
  http::Headers& headers = exchange.request.headers;
  set_or_clear(headers, "X-Consumer-ID", who != nullptr ? who->id : std::string_view());
  set_or_clear(headers, "X-Consumer-Custom-ID", who != nullptr ? who->custom_id : std::string_view());
  set_or_clear(headers, "X-Consumer-Username", who != nullptr ? who->username : std::string_view());
  set_or_clear(headers, "X-Credential-Identifier", credential_identifier);
  set_or_clear(headers, "X-Anonymous-Consumer", anonymous ? "true" : "");
  // Groups are for acl to state; what the client says about them must not pass as ours.
  headers.remove("X-Consumer-Groups");
  headers.remove("X-Authenticated-Groups");
}

}  // namespace

Verdict Exchange::answer(int status, std::string_view message) { return answer_error(*this, status, message, false); }

Verdict Exchange::answer_http_error(int status, std::string_view message) { return answer_error(*this, status, message, true); }

Verdict Exchange::exit(int status, std::string_view message) {
  std::string text = "{\"message\":";
  append_json_text(text, message);
  text += '}';
  return answer_raw(status, "application/json; charset=utf-8", arena.copy(text));
}

Verdict Exchange::answer_raw(int status, std::string_view content_type, std::string_view with_body) {
  start_answer(*this, status);
  if (!content_type.empty()) response.headers.add(http::Name::content_type, with_charset(content_type, arena));
  own_body = with_body;
  return Verdict::answered;
}

void Exchange::authenticate(const schema::Consumer* who, const schema::Credential* by, std::string_view credential_identifier) {
  consumer = who;
  credential = by;
  authenticated = true;
  set_identity(*this, who, credential_identifier, false);
}

void Exchange::set_anonymous(const schema::Consumer* who) {
  consumer = who;
  credential = nullptr;
  authenticated = false;
  set_identity(*this, who, {}, true);
}

bool Exchange::is_preflight() const {
  return original_method == "OPTIONS" && request.headers.has(http::Name::origin) &&
         request.headers.has(http::Name::access_control_request_method);
}

}  // namespace plugins
