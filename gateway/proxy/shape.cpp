// The answer takes its final form: hop-by-hop fields go, plugins have their say, our own fields come last.

#include "gateway/http/hop_by_hop.h"
#include "gateway/proxy/journey.h"
#include "gateway/proxy/product.h"
#include "gateway/proxy/time_report.h"

namespace proxy {

namespace {

using http::Name;

void add_own_headers(Journey& journey) {
  plugins::Exchange& exchange = journey.exchange;
  http::Headers& headers = exchange.response.headers;
  const Options& options = journey.worker.options;
  const plugins::Timings& timings = exchange.timings;
  const uint64_t now = journey.worker.loop.now_ms();
  // An error that stands for an upstream's answer is told like one.
  const bool proxied = exchange.origin == plugins::Origin::upstream || !exchange.tries.empty();
  if (proxied) {
    if (options.via_header) {
      std::string_view via = headers.get(Name::via);
      headers.set_checked(Name::via, via.empty() ? via_product : exchange.arena.join({via, ", ", via_product}));
    }
    if (options.server_header && !headers.has(Name::server)) headers.add_checked(Name::server, product);
    if (options.upstream_latency_header || options.proxy_latency_header) {
      uint64_t upstream = (timings.answered_ms != 0 ? timings.answered_ms : now) - timings.forwarded_ms;
      uint64_t total = now - timings.started_ms;
      if (options.upstream_latency_header) headers.set_checked(Name::x_kong_upstream_latency, exchange.arena.number(upstream));
      if (options.proxy_latency_header) headers.set_checked(Name::x_kong_proxy_latency, exchange.arena.number(total > upstream ? total - upstream : 0));
    }
    if (options.upstream_status_header) headers.set("X-Kong-Upstream-Status", exchange.arena.number(static_cast<uint64_t>(exchange.upstream_status)));
  } else {
    if (options.response_latency_header) headers.set_checked(Name::x_kong_response_latency, exchange.arena.number(now - timings.started_ms));
    if (options.server_header) headers.set_checked(Name::server, product);
  }
  if (options.request_id_header) headers.set_checked(Name::x_kong_request_id, exchange.request_id);
  if (options.allow_debug_header && exchange.request.headers.has(Name::kong_debug) && exchange.route != nullptr) {
    headers.set("Kong-Route-Id", exchange.route->id);
    if (!exchange.route->name.empty()) headers.set("Kong-Route-Name", exchange.route->name);
    if (exchange.service != nullptr) {
      headers.set("Kong-Service-Id", exchange.service->id);
      if (!exchange.service->name.empty()) headers.set("Kong-Service-Name", exchange.service->name);
    }
  }
}

}  // namespace

void shape(Journey& journey) {
  plugins::Exchange& exchange = journey.exchange;
  if (exchange.origin == plugins::Origin::upstream) {
    const std::string_view upgrade = exchange.response.headers.get(Name::upgrade);
    http::remove_hop_by_hop(exchange.response.headers);
    if (journey.upgraded) exchange.response.headers.add(Name::upgrade, upgrade);
  }
  for (const http::Header& header : exchange.reply_headers.all()) exchange.response.headers.add(header);
  if (journey.time_report == nullptr) {
    journey.chain.response(exchange);
  } else {
    journey.time_report->leave_access();
    journey.chain.response(exchange, *journey.time_report);
    exchange.response.headers.set("X-Kong-Request-Debug-Output",
                                  exchange.arena.copy(journey.time_report->text(exchange)));
  }
  add_own_headers(journey);
}

}  // namespace proxy
