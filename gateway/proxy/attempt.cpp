#include "gateway/proxy/attempt.h"

#include <optional>

#include "gateway/net/tls_stream.h"
#include "gateway/proxy/time_report.h"
#include "gateway/proxy/upload.h"

namespace proxy {

namespace {

bool is_tls(const schema::Service& service) { return service.protocol == schema::protocol_https; }

std::string_view host_field(const Journey& journey, const Destination& destination) {
  const plugins::Exchange& exchange = journey.exchange;
  if (!exchange.upstream_host.empty()) return exchange.upstream_host;
  if (exchange.route->preserve_host && !exchange.request.host.empty()) return exchange.request.host;
  return destination.target->host_field;
}

async::Task<async::Result<std::unique_ptr<UpstreamConnection>>> connect(Journey& journey, const Destination& destination) {
  const schema::Service& service = *journey.exchange.service;
  TimeReport* report = journey.time_report.get();
  const std::string_view where =
      report != nullptr ? journey.exchange.arena.copy(destination.address.text()) : std::string_view();
  std::optional<Measured> measured(std::in_place, report, Part::connect, where);
  auto connecting =
      journey.worker.connector->open(journey.worker.loop, destination.address, service.connect_timeout_ms);
  auto connected = co_await connecting;
  measured.reset();
  if (!connected) co_return connected.error();
  auto connection = std::make_unique<UpstreamConnection>();
  connection->key = {destination.address, destination.target->tls};
  connection->ip = destination.address.ip();
  connection->stream = std::move(*connected);
  if (is_tls(service)) {
    // As the users of this format are used to: nothing is verified unless the service asks for it.
    const net::TlsClientOptions options{destination.target->host, service.tls_verify.value_or(false), service.tls_verify_depth.value_or(0)};
    auto tls = net::TlsStream::client(std::move(connection->stream), journey.worker.upstream_tls, options);
    measured.emplace(report, Part::tls, where);
    auto shaking = tls->handshake(service.connect_timeout_ms);
    auto shaken = co_await shaking;
    if (!shaken) co_return shaken.error();
    connection->stream = std::move(tls);
  }
  co_return connection;
}

// Interim answers but 101 are for the hop that asked, which is us; a bounded number is skipped (RFC 9110 section 15.2).
async::Task<async::Result<void>> read_answer_head(Journey& journey, bool& heard) {
  constexpr int interim_max = 16;
  plugins::Exchange& exchange = journey.exchange;
  Input& input = journey.upstream_input;
  const http::HeadLimits& limits = journey.worker.options.head;
  size_t scanned = 0;
  for (int interim = 0; interim < interim_max;) {
    if (!input.unread().empty()) {
      auto parsed = http::parse_response(input.unread(), limits, exchange.original_method, exchange.response, scanned);
      if (parsed.error == http::HeadError::header_too_large) {
        co_return async::Error{.side = async::Side::upstream, .what = "its head is too large (limits: nginx_http_large_client_header_buffers, headers_max)"};
      }
      if (parsed.error != http::HeadError::none) co_return async::Error{.side = async::Side::upstream, .what = "malformed answer"};
      if (parsed.complete) {
        const int status = exchange.response.status;
        input.consume(parsed.bytes);
        if (status == 101 && !journey.websocket) co_return async::Error{.side = async::Side::upstream, .what = "upgrade nobody asked for"};
        if (status >= 200 || status == 101) {
          input.pin();
          journey.answer_body = BodyReader(&input, parsed.framing);
          journey.answer_begun = true;
          journey.upgraded = status == 101;
          journey.upstream_reusable = parsed.keep_alive && !journey.upgraded;
          if (exchange.response.headers.has(http::Name::keep_alive)) journey.upstream->promised(exchange.response.headers.get(http::Name::keep_alive));
          exchange.response_bytes += parsed.bytes;
          co_return {};
        }
        ++interim;
        heard = true;
        scanned = 0;
        continue;
      }
    }
    auto filling = fill(*journey.upstream->stream, input, limits.header_bytes_max, exchange.service->read_timeout_ms);
    auto filled = co_await filling;
    if (!filled && journey.may_be_silent(filled.error())) continue;
    if (!filled) co_return filled.error();
    if (*filled == 0) co_return async::Error{.side = async::Side::upstream, .what = "closed without an answer", .closed = true};
  }
  co_return async::Error{.side = async::Side::upstream, .what = "too many interim answers"};
}

}  // namespace

async::Task<Attempt> attempt(Journey& journey, const Destination& destination, bool fresh) {
  Attempt outcome;
  Worker& worker = journey.worker;
  // What a failed attempt had received must not become the beginning of this one's answer.
  journey.upstream_input.clear();
  if (!fresh) journey.upstream = worker.pool.take(PoolKeyView(destination.address, destination.target->tls), worker.loop.now_ms());
  outcome.reused = journey.upstream != nullptr;
  if (!outcome.reused) {
    auto connecting = connect(journey, destination);
    auto connected = co_await connecting;
    if (!connected) {
      outcome.error = connected.error();
      co_return outcome;
    }
    journey.upstream = std::move(*connected);
  }
  ++journey.upstream->requests;
  outcome.sent = true;
  const uint64_t written_before = journey.upstream->stream->written();
  // Usually done at once. Else the answer may come first: an upstream need not read a request that it refuses.
  journey.upload = upload(journey, host_field(journey, destination));
  const Measured measured(journey.time_report.get(), Part::first_byte);
  auto reading = read_answer_head(journey, outcome.heard);
  auto read = co_await reading;
  outcome.answered = static_cast<bool>(read);
  if (outcome.answered) co_return outcome;
  outcome.client_failed = journey.client_failed;
  outcome.error = read.error();
  outcome.unseen = journey.upstream->stream->never_arrived(written_before);
  if (!journey.upload.done()) co_return outcome;
  // The reason why the request could not be sent tells more than the closed connection that came of it.
  auto sent = journey.upload.take();
  if (!sent) outcome.error = sent.error();
  co_return outcome;
}

}  // namespace proxy
