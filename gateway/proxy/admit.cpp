// Admission: is this a request we understand, which route takes it, and what do its plugins say?

#include <charconv>

#include "gateway/http/authority.h"
#include "gateway/proxy/journey.h"
#include "gateway/proxy/real_ip.h"
#include "gateway/proxy/time_report.h"
#include "gateway/routing/upstream_path.h"

namespace proxy {

namespace {

using plugins::Verdict;

// The port that the client asked for: the one in its Host, else the one it came in on. Whatever is no port is none that a route could name.
uint16_t port_asked_for(std::string_view host, uint16_t own_port) {
  const std::string_view bare = http::host_of(host);
  if (bare.size() + 1 >= host.size()) return own_port;
  uint16_t port = 0;
  std::from_chars(host.data() + bare.size() + 1, host.data() + host.size(), port);
  return port;
}

bool find_route(Journey& journey) {
  const Measured measured(journey.time_report.get(), Part::router);
  plugins::Exchange& exchange = journey.exchange;
  routing::Query query;
  query.method = exchange.request.method;
  query.host = http::host_of(exchange.request.host);
  query.path = exchange.path;
  query.scheme = exchange.client.scheme;
  query.sni = exchange.client.sni;
  query.headers = &exchange.request.headers;
  query.query_string = exchange.query;
  query.source = {exchange.client.ip, exchange.client.port};
  query.destination = {exchange.client.server_ip, port_asked_for(exchange.request.host, exchange.client.server_port)};
  if (!journey.snapshot->router->match(query, exchange.match)) return false;
  exchange.route = exchange.match.route;
  exchange.service = exchange.route->service;
  return true;
}

// A route for https alone refuses plain http: 426, or a redirect when the route says so.
Verdict refuse_plain(plugins::Exchange& exchange) {
  int status = exchange.route->https_redirect_status_code;
  if (status == 426) {
    exchange.reply_headers.add("Upgrade", "TLS/1.2, HTTP/1.1");
    exchange.reply_headers.add("Connection", "Upgrade");
    return exchange.answer(426, "Please use HTTPS protocol");
  }
  exchange.reply_headers.add("Location", exchange.arena.join({"https://", http::host_of(exchange.request.host), exchange.original_target}));
  const http::ErrorBody page = http::stock_page(status);
  const Verdict verdict = exchange.answer_raw(status, page.content_type, exchange.arena.copy(page.body));
  // The older redirects have always come without a charset.
  if (status < 307) exchange.response.headers.set(http::Name::content_type, "text/html");
  return verdict;
}

// What a sender that does not speak the protocol well meant next cannot be known, so its connection ends with the answer.
Verdict refuse_request(Journey& journey, int status) {
  journey.keep_alive = false;
  return journey.exchange.answer_http_error(status, http::http_layer_message(status));
}

}  // namespace

plugins::Step admit(Journey& journey) {
  plugins::Exchange& exchange = journey.exchange;
  const Options& options = journey.worker.options;
  const plugins::Chains& chains = *journey.snapshot->chains;
  journey.chain = plugins::ChainRun(chains, chains.global());

  const http::Target target = http::split_target(exchange.request.target);
  exchange.query = target.query;
  exchange.has_query = target.has_query;
  auto path = http::normalise_path(target.raw_path, journey.path_storage);
  // "OPTIONS *" asks about the gateway itself, which has nothing to tell.
  if (!path || exchange.request.target == "*") return refuse_request(journey, 400);
  exchange.path = *path;
  apply_real_ip(exchange, options);
  if (exchange.request.headers.has(http::Name::x_kong_request_debug) && options.request_debug)
    journey.time_report = TimeReport::asked(exchange, options, journey.worker.loop);
  if (options.body_bytes_max != 0 && journey.body.outgoing().kind == http::Framing::length &&
      journey.body.outgoing().length > options.body_bytes_max)
    return exchange.answer_http_error(413, http::http_layer_message(413));

  if (!find_route(journey)) return exchange.answer(404, "no Route matched with those values");
  journey.chain = plugins::ChainRun(chains, chains.of(exchange.route, exchange.service));
  const uint16_t secure = schema::protocol_https | schema::protocol_grpcs | schema::protocol_tls;
  if (!journey.side.tls && (exchange.route->protocols & ~secure) == 0) return refuse_plain(exchange);

  std::string_view base = exchange.service == nullptr ? std::string_view() : exchange.service->path;
  std::string_view prefix = exchange.route->strip_path ? exchange.match.matched_prefix : std::string_view();
  // A route without paths has nothing to strip.
  std::string_view joined = routing::upstream_path(base, exchange.path, prefix, !prefix.empty(), journey.upstream_path_storage);
  if (http::is_encoded_path(joined)) {
    exchange.upstream_path = joined;
  } else {
    std::string encoded;
    http::encode_path(joined, encoded);
    exchange.upstream_path = exchange.arena.copy(encoded);
  }

  if (journey.time_report != nullptr) return journey.chain.request(exchange, *journey.time_report);
  return journey.chain.request(exchange);
}

}  // namespace proxy
