#include "gateway/proxy/journey.h"

#include "gateway/proxy/time_report.h"

namespace proxy {

// The whole life of one request. Everything that can happen to it is named here, in order.
async::Task<bool> serve(Journey& journey) {
  plugins::Verdict verdict = plugins::Verdict::go_on;
  plugins::Step admitting = admit(journey);
  if (auto* at_once = std::get_if<plugins::Verdict>(&admitting)) {
    verdict = *at_once;
  } else {
    auto& hooks = std::get<async::Task<plugins::Verdict>>(admitting);
    verdict = co_await hooks;
  }
  if (verdict == plugins::Verdict::go_on) {
    auto forwarding = forward(journey);
    co_await forwarding;
  }
  // One that does not take the few octets of an invitation to send its body has no room for an answer either.
  if (journey.body.inviting()) journey.client_lost = true;
  if (journey.client_lost) co_return false;
  shape(journey);
  auto sending = send_answer(journey);
  co_await sending;
  if (journey.upgraded && !journey.client_lost) {
    auto tunnelling = tunnel(journey);
    co_await tunnelling;
    co_return false;
  }
  if (journey.client_lost || !journey.keep_alive) co_return false;
  if (journey.upload && !journey.upload.done()) {
    auto& ending = journey.upload;
    auto ended = co_await ending;
    (void)ended;  // the answer has said all there is to say
  }
  if (journey.body.fully_read()) co_return true;
  auto dropping = journey.body.drop_rest();
  const bool clean = co_await dropping;
  co_return clean;
}

namespace {

// HTTP/1.0 knows no interim answers, whatever it asks for (RFC 9110 section 10.1.1).
bool expects_continue(const http::RequestHead& head) {
  return head.minor_version >= 1 && http::equal_names(head.headers.get(http::Name::expect), "100-continue");
}

// In logs and metrics only: the client is not there to read it. nginx's number.
constexpr int client_closed_request = 499;

}  // namespace

Journey::Journey(Worker& own_worker, net::Stream& client_stream, Input& client_input, const ClientSide& own_side, http::RequestHead head,
                 const http::ParsedHead& parsed, size_t head_bytes)
    : worker(own_worker),
      client(client_stream),
      side(own_side),
      snapshot(own_worker.snapshots.pin()),
      id_digits(own_worker.request_ids.next()),
      body(client_stream, client_input, parsed.framing, expects_continue(head), own_worker.options),
      upstream_input(own_worker.blocks),
      websocket(parsed.upgrade),
      keep_alive(parsed.keep_alive && !own_worker.draining && own_side.requests < own_worker.options.keepalive_requests) {
  exchange.request_id = {id_digits.data(), id_digits.size()};
  exchange.original_method = head.method;
  exchange.original_target = head.target;
  exchange.request = std::move(head);
  exchange.request_bytes = head_bytes;
  exchange.body = &body;
  exchange.config = snapshot->config.get();
  exchange.entity_texts = &snapshot->chains->entity_texts();
  exchange.error_templates = &worker.options.error_templates;
  exchange.timings.started_ms = worker.loop.now_ms();
  exchange.timings.started_wall_ms = exchange.wall_ms = worker.loop.wall_ms();
  exchange.client.ip = exchange.client.peer_ip = side.peer_ip;
  exchange.client.port = side.peer_port;
  exchange.client.scheme = side.tls ? "https" : "http";
  exchange.client.server_ip = side.server_ip;
  exchange.client.server_port = side.server_port;
  for (const auto& [inside, outside] : worker.options.port_maps)
    if (inside == side.server_port) exchange.client.server_port = outside;
  exchange.client.sni = side.sni;
  exchange.client.tls_version = side.tls_version;
  exchange.client.tls_cipher = side.tls_cipher;
  exchange.client.connection = side.connection;
  exchange.client.request_number = side.requests;
  Counters::add(worker.counters.requests);
  Counters::add(worker.counters.writing);
}

Journey::~Journey() {
  exchange.timings.finished_ms = worker.loop.now_ms();
  exchange.request_bytes += body.octets();
  if (client_lost && !head_sent) exchange.response.status = client_closed_request;
  chain.finish(exchange);
  if (worker.access_log != nullptr) worker.access_log->write(*this);
  Counters::subtract(worker.counters.writing);
}

}  // namespace proxy
