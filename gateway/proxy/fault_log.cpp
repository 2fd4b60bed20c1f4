#include "gateway/proxy/fault_log.h"

#include <string>

#include "gateway/net/reason.h"
#include "gateway/observe/log.h"
#include "gateway/proxy/journey.h"
#include "schema/masked.h"

namespace proxy {

namespace {

using observe::Level;

std::string words_of(const async::Error& error) {
  std::string words(error.what);
  if (const std::string_view reason = net::reason_of(error); !reason.empty()) words.append(": ").append(reason);
  return words;
}

std::string route_of(const Journey& journey) {
  const schema::Route* route = journey.exchange.route;
  return route == nullptr ? std::string() : schema::shown_name(route->entity, route->name, route->id);
}

// Whom a line about a journey is about, for as long as this lives.
class Whom {
 public:
  Whom(const Journey& journey, std::string peer) : peer_(std::move(peer)), route_(route_of(journey)), request_id_(journey.exchange.request_id) {}
  operator observe::Subject() const { return {.field = {}, .peer = peer_, .route = route_, .request_id = request_id_}; }

 private:
  const std::string peer_, route_;
  const std::string_view request_id_;
};

std::string name_of(const schema::Service& service) { return schema::shown_name(service.entity, service.name, service.id); }

// Empty: no setting would let it pass.
std::string_view limit_of(http::HeadError error) {
  switch (error) {
    case http::HeadError::target_too_long: return "nginx_http_large_client_header_buffers";
    case http::HeadError::header_too_large: return "nginx_http_large_client_header_buffers, headers_max";
    default: return {};
  }
}

std::string_view words_of(http::HeadError error) {
  switch (error) {
    case http::HeadError::none: return "the head did not come in time";
    case http::HeadError::bad_request: return "malformed head";
    case http::HeadError::bad_version: return "unknown version of HTTP";
    case http::HeadError::target_too_long: return "request line too long";
    case http::HeadError::header_too_large: return "head too large";
    case http::HeadError::bad_length: return "ambiguous or malformed Content-Length";
    case http::HeadError::bad_transfer_encoding: return "ambiguous or malformed Transfer-Encoding";
    case http::HeadError::bad_host: return "missing, repeated or malformed Host";
    case http::HeadError::method_not_allowed: return "a method that is not served";
    case http::HeadError::not_implemented_coding: return "a transfer coding that is not known";
    case http::HeadError::lower_case_method: return "a method in lower case";
    case http::HeadError::bad_response: break;
  }
  return "malformed";
}

}  // namespace

bool FaultLog::may_write(Level level) {
  if (!log_.enabled(level)) return false;
  const uint64_t second = loop_.now_ms() / 1000;
  if (second != second_) {
    second_ = second;
    lines_ = 0;
    if (left_out_ != 0) log_.print(Level::warn, "{} lines about failed requests were left out: more than {} in a second", left_out_, lines_a_second_max);
    left_out_ = 0;
  }
  if (lines_ < lines_a_second_max) return ++lines_, true;
  ++left_out_;
  return false;
}

void FaultLog::head_refused(const net::Address& client, http::HeadError error, std::string_view request_id) {
  const std::string_view limit = limit_of(error);
  const Level level = limit.empty() ? Level::info : Level::warn;
  if (!may_write(level)) return;
  const std::string peer = client.text();
  const observe::Subject subject{.field = {}, .peer = peer, .route = {}, .request_id = request_id};
  if (error == http::HeadError::none)
    log_.print(level, subject, "request refused: {} (nginx_http_client_header_timeout)", words_of(error));
  else if (limit.empty())
    log_.print(level, subject, "request refused: {}", words_of(error));
  else
    log_.print(level, subject, "request refused: {} (limits: {})", words_of(error), limit);
}

void FaultLog::turned_away(const net::Address& client) {
  if (!may_write(Level::warn)) return;
  const std::string peer = client.text();
  log_.write(Level::warn, "connection refused: there are too many (limits: connections_max, RLIMIT_NOFILE)", {.field = {}, .peer = peer, .route = {}, .request_id = {}});
}

void FaultLog::body_failed(const Journey& journey, const async::Error& error) {
  const bool too_large = error.what == "body too large";
  const Level level = too_large ? Level::warn : Level::info;
  if (!may_write(level)) return;
  const Whom whom(journey, journey.client.peer().text());
  if (too_large)
    log_.print(level, whom, "request refused: {} (limits: nginx_http_client_max_body_size)", error.what);
  else if (error.timeout)
    log_.write(level, "request refused: its body did not come in time (nginx_http_client_body_timeout)", whom);
  else
    log_.print(level, whom, "request refused: {}", words_of(error));
}

void FaultLog::attempt_failed(const Journey& journey, const net::Address& target, const async::Error& error, bool again) {
  if (!may_write(Level::error)) return;
  log_.print(Level::error, Whom(journey, target.text()), "service {}: upstream failed: {}{}", name_of(*journey.exchange.service), words_of(error),
             again ? "; the request is sent again" : "");
}

void FaultLog::nowhere_to_go(const Journey& journey, const async::Error& error) {
  if (!may_write(Level::error)) return;
  const schema::Service& service = *journey.exchange.service;
  log_.print(Level::error, Whom(journey, {}), "service {}: {}: {}", name_of(service), schema::shown_field(service.entity, "host", service.host), words_of(error));
}

void FaultLog::answer_cut(const Journey& journey, const async::Error& error) {
  if (!may_write(Level::error)) return;
  const Whom whom(journey, journey.upstream == nullptr ? std::string() : journey.upstream->key.address.text());
  log_.print(Level::error, whom, "service {}: upstream failed in the middle of its answer: {}", name_of(*journey.exchange.service), words_of(error));
}

}  // namespace proxy
