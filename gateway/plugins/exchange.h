#pragma once
// Everything of one request: what the journey fills, and what plugins read and change. An Exchange lives from the first byte of
// a request to its last log line; all views in it live as long.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/async/arena.h"
#include "gateway/async/result.h"
#include "gateway/async/task.h"
#include "gateway/http/error_body.h"
#include "gateway/http/message.h"
#include "gateway/http/uri.h"
#include "gateway/routing/router.h"
#include "schema/config.h"

namespace plugins {

class EntityTexts;

enum class Verdict : uint8_t { go_on, answered };

// Who made the answer that the client gets.
enum class Origin : uint8_t { none, gateway, upstream };

// The client's side, as seen after PROXY protocol and real-ip rules.
struct Client {
  std::string_view ip;           // after real-ip handling
  std::string_view peer_ip;      // of the connection
  uint16_t port = 0;
  std::string_view scheme;       // "http" or "https"
  std::string_view server_ip;
  uint16_t server_port = 0;
  bool trusted = false;          // the peer is in trusted_ips
  std::string_view tls_version, tls_cipher, sni;
  uint64_t connection = 0, request_number = 0;  // for correlation-id's tracker
};

struct Try {
  std::string_view ip;
  uint16_t port = 0;
  std::string_view state;        // "failed", "next" or empty
  int code = 0;                  // status that made it fail
  int64_t start_ms = 0;          // wall clock
  uint32_t latency_us = 0;
};

struct Timings {
  int64_t started_wall_ms = 0;
  uint64_t started_ms = 0;       // of the loop's clock
  uint64_t forwarded_ms = 0;     // request handed to the upstream; 0: never
  uint64_t answered_ms = 0;      // head of the answer received
  uint64_t finished_ms = 0;
};

// Reads the whole request body, for the few plugins whose settings ask for it. Implemented by the proxy.
class BodyAccess {
 public:
  virtual ~BodyAccess() = default;
  // The whole body, valid as long as the exchange. Error.what "body too large" beyond `bytes_max`; the body then stays unread
  // where possible and is still forwarded. May be called again.
  virtual async::Task<async::Result<std::string_view>> read_all(size_t bytes_max) = 0;
  // What is sent upstream instead (Content-Length follows). `body` must live as long as the exchange.
  virtual void replace(std::string_view body) = 0;
};

struct Exchange {
  async::Arena arena;
  std::string_view request_id;   // 32 lower-case hex digits
  Client client;

  // The request as it will go upstream: plugins change it in place. `original_method` and `original_target` are the client's.
  http::RequestHead request;
  std::string_view original_method, original_target;
  std::string_view path;         // normalised, without query; what routing matched
  std::string_view query;        // as sent; what goes upstream (plugins may replace it)
  bool has_query = false;
  std::string_view upstream_path;   // computed from route and service before the request hooks; plugins may replace it
  std::string_view upstream_host;   // Host sent upstream when a plugin sets it; empty: the usual rule
  uint64_t request_bytes = 0, response_bytes = 0;   // on the wire, heads included
  BodyAccess* body = nullptr;

  routing::Match match;
  const schema::Config* config = nullptr;
  const EntityTexts* entity_texts = nullptr;  // of that configuration; nullptr: nobody keeps them
  const schema::Route* route = nullptr;
  const schema::Service* service = nullptr;
  const schema::Consumer* consumer = nullptr;
  const schema::Credential* credential = nullptr;
  bool authenticated = false;       // a credential was accepted, not the anonymous consumer
  std::span<const std::string> secret_names;  // headers and query parameters that carry keys: never logged
  std::vector<std::string_view> authenticated_groups;

  // The answer. Request hooks put headers that any answer shall carry into `reply_headers`: they are added to what the upstream
  // sends or to our own answer. Response hooks change `response` in place.
  http::ResponseHead response;
  http::Headers reply_headers;
  Origin origin = Origin::none;
  std::string_view own_body;        // of an answer by the gateway
  int upstream_status = 0;          // 0: not proxied
  std::vector<Try, async::PooledAllocator<Try>> tries;
  std::string_view correlation_id;  // for the access record
  Timings timings;
  int64_t wall_ms = 0;              // the clock at the start of the request hooks: rate windows
  const http::ErrorTemplates* error_templates = nullptr;

  // Ends the request hooks with an answer of our own; each returns Verdict::answered.
  // Negotiated error body (JSON without Accept), with the request id.
  Verdict answer(int status, std::string_view message);
  // The same for errors of the HTTP layer itself (no Accept: the request's Content-Type decides, else plain text).
  Verdict answer_http_error(int status, std::string_view message);
  // `{"message": ...}` as compact JSON whatever Accept says, no id.
  Verdict exit(int status, std::string_view message);
  // Any body; `content_type` empty: none is sent; a text type without a charset gets UTF-8.
  Verdict answer_raw(int status, std::string_view content_type, std::string_view body);

  // Makes the consumer known upstream (X-Consumer-*, X-Credential-Identifier, X-Anonymous-Consumer) and to later plugins. Header values the
  // client sent are replaced or cleared.
  void authenticate(const schema::Consumer* who, const schema::Credential* by, std::string_view credential_identifier);
  void set_anonymous(const schema::Consumer* who);

  bool is_preflight() const;        // OPTIONS with Origin and Access-Control-Request-Method
};

}  // namespace plugins
