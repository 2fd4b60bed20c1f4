#include "gateway/proxy/fault_log.h"

#include <string>

#include "gateway/net/reason.h"
#include "gateway/proxy/journey.h"

namespace proxy {

namespace {

using observe::Level;

std::string words_of(const async::Error& error) {
  std::string words(error.what);
  if (const std::string_view reason = net::reason_of(error); !reason.empty()) words.append(": ").append(reason);
  return words;
}

observe::Subject subject_of(const Journey& journey, std::string_view peer) {
  const schema::Route* route = journey.exchange.route;
  const std::string_view name = route == nullptr ? std::string_view() : route->name.empty() ? std::string_view(route->id) : std::string_view(route->name);
  return {.field = {}, .peer = peer, .route = name, .request_id = journey.exchange.request_id};
}

std::string_view name_of(const schema::Service* service) {
  if (service == nullptr) return "?";
  return service->name.empty() ? service->id : service->name;
}

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

template <typename... Arguments>
void FaultLog::print(Level level, const observe::Subject& subject, fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  if (may_write(level)) log_.print(level, subject, format, std::forward<Arguments>(arguments)...);
}

void FaultLog::head_refused(const net::Address& client, http::HeadError error, std::string_view request_id) {
  const std::string peer = client.text();
  const observe::Subject subject{.field = {}, .peer = peer, .route = {}, .request_id = request_id};
  if (error == http::HeadError::none) return print(Level::info, subject, "request refused: {} (nginx_http_client_header_timeout)", words_of(error));
  const std::string_view limit = limit_of(error);
  if (limit.empty()) return print(Level::info, subject, "request refused: {}", words_of(error));
  print(Level::warn, subject, "request refused: {} (limits: {})", words_of(error), limit);
}

void FaultLog::turned_away(const net::Address& client) {
  const std::string peer = client.text();
  print(Level::warn, {.field = {}, .peer = peer, .route = {}, .request_id = {}}, "connection refused: there are too many (limits: connections_max, RLIMIT_NOFILE)");
}

void FaultLog::body_failed(const Journey& journey, const async::Error& error) {
  const std::string peer = journey.client.peer().text();
  const observe::Subject subject = subject_of(journey, peer);
  if (error.what == "body too large") return print(Level::warn, subject, "request refused: {} (limits: nginx_http_client_max_body_size)", error.what);
  if (error.timeout) return print(Level::info, subject, "request refused: its body did not come in time (nginx_http_client_body_timeout)");
  print(Level::info, subject, "request refused: {}", words_of(error));
}

void FaultLog::attempt_failed(const Journey& journey, const net::Address& target, const async::Error& error, bool again) {
  const std::string peer = target.text();
  print(Level::error, subject_of(journey, peer), "service {}: upstream failed: {}{}", name_of(journey.exchange.service), words_of(error),
        again ? "; the request is sent again" : "");
}

void FaultLog::nowhere_to_go(const Journey& journey, const async::Error& error) {
  const schema::Service* service = journey.exchange.service;
  print(Level::error, subject_of(journey, {}), "service {}: {}: {}", name_of(service), service == nullptr ? std::string_view() : std::string_view(service->host),
        words_of(error));
}

void FaultLog::answer_cut(const Journey& journey, const async::Error& error) {
  const std::string peer = journey.upstream == nullptr ? std::string() : journey.upstream->key.address.text();
  print(Level::error, subject_of(journey, peer), "service {}: upstream failed in the middle of its answer: {}", name_of(journey.exchange.service),
        words_of(error));
}

}  // namespace proxy
