// Forwarding: attempts until one is answered, as long as another is safe (RFC 9110 section 9.2.2).

#include "gateway/net/name_error.h"
#include "gateway/proxy/attempt.h"
#include "gateway/proxy/journey.h"
#include "gateway/proxy/time_report.h"

namespace proxy {

namespace {

// POST, LOCK and PATCH may have had an effect already; everything else may be sent again.
bool may_repeat(std::string_view method) { return method != "POST" && method != "PATCH" && method != "LOCK"; }

// What came of an answer that failed.
void forget_answer(Journey& journey) {
  journey.upgraded = false;
  journey.exchange.response = {};
}

void answer_nowhere(Journey& journey, const async::Error& error, int status, std::string_view message) {
  if (FaultLog* log = journey.worker.fault_log.get()) log->nowhere_to_go(journey, error);
  forget_answer(journey);
  journey.exchange.answer(status, message);
}

// That there is no such name is an answer; that nobody answers is a fault of our own surroundings. An upstream has just no target then.
void answer_unresolved(Journey& journey, const async::Error& error) {
  plugins::Exchange& exchange = journey.exchange;
  const bool is_upstream = journey.snapshot->targets->of(*exchange.service).balancing != nullptr;
  if (is_upstream || !net::is_unanswered(error.what)) return answer_nowhere(journey, error, 503, "name resolution failed");
  std::string message("failed the initial dns/balancer resolve for '");
  message.append(exchange.service->host).append("' with: ").append(error.what);
  answer_nowhere(journey, error, 500, exchange.arena.copy(message));
}

void answer_failure(Journey& journey, const async::Error& error) {
  forget_answer(journey);
  plugins::Exchange& exchange = journey.exchange;
  if (error.timeout)
    exchange.answer_http_error(504, "The upstream server is timing out");
  else
    exchange.answer_http_error(502, "An invalid response was received from the upstream server");
}

void answer_client_fault(Journey& journey, const async::Error& error) {
  journey.keep_alive = false;
  if (FaultLog* log = journey.worker.fault_log.get()) log->body_failed(journey, error);
  if (error.closed)
    journey.client_lost = true;
  else if (error.timeout)
    journey.exchange.answer_http_error(408, "Request timeout");
  else if (error.what == "body too large")
    journey.exchange.answer_http_error(413, "Payload too large");
  else
    journey.exchange.answer_http_error(400, "Bad request");
}

// An attempt becomes part of the log, also when the client leaves in the middle of it.
class Trying {
 public:
  Trying(Journey& journey, const Destination& destination)
      : journey_(journey), destination_(destination), start_wall_ms_(journey.worker.loop.wall_ms()) {}
  ~Trying() {
    if (!ended_) note();
  }
  Trying(const Trying&) = delete;
  Trying& operator=(const Trying&) = delete;
  void end(const Attempt& outcome) {
    ended_ = true;
    plugins::Try& one = note();
    if (outcome.answered) return;
    one.state = "failed";
    one.code = outcome.error.timeout ? 504 : 502;
  }

 private:
  plugins::Try& note() {
    plugins::Try& one = journey_.exchange.tries.emplace_back();
    one.ip = journey_.exchange.arena.copy(journey_.upstream != nullptr ? std::string_view(journey_.upstream->ip) : destination_.address.ip());
    one.port = destination_.target->port;
    one.start_ms = start_wall_ms_;
    return one;
  }
  Journey& journey_;
  const Destination& destination_;
  int64_t start_wall_ms_;
  bool ended_ = false;
};

}  // namespace

async::Task<void> forward(Journey& journey) {
  plugins::Exchange& exchange = journey.exchange;
  if (exchange.service == nullptr) {
    exchange.answer(503, "no Service found with those values");
    co_return;
  }
  const schema::Service& service = *exchange.service;
  if (journey.body.any() && exchange.route->request_buffering) {
    // A slow client is waited for here, without holding an upstream; and a body in memory can be sent again.
    auto prefetching = journey.body.prefetch(journey.worker.options.replay_bytes_max);
    auto prefetched = co_await prefetching;
    if (!prefetched) {
      answer_client_fault(journey, prefetched.error());
      co_return;
    }
  }
  exchange.timings.forwarded_ms = journey.worker.loop.now_ms();
  if (journey.time_report != nullptr) journey.time_report->leave_access();
  Tried tried;
  async::Error last_error;
  // A kept connection that its peer closed just now says nothing about the target: it does not use up a retry.
  // And since others of its pool may be as stale, what follows goes over a new one.
  bool fresh = false;
  for (uint32_t left = service.retries + 1; left > 0;) {
    auto destination = choose_target(journey, tried);
    if (!destination) {
      answer_nowhere(journey, destination.error(), 503, "failure to get a peer from the ring-balancer");
      co_return;
    }
    if (!destination->resolved()) {
      const Measured measured(journey.time_report.get(), Part::dns, destination->target->host);
      auto resolving = resolve(journey, tried);
      auto resolved = co_await resolving;
      if (!resolved) {
        answer_unresolved(journey, resolved.error());
        co_return;
      }
      destination = resolved;
    }
    Trying trying(journey, *destination);
    auto attempting = attempt(journey, *destination, fresh);
    Attempt outcome = co_await attempting;
    trying.end(outcome);
    if (outcome.answered) {
      exchange.timings.answered_ms = journey.worker.loop.now_ms();
      journey.lease.answered(exchange.timings.answered_ms);
      exchange.origin = plugins::Origin::upstream;
      exchange.upstream_status = exchange.response.status;
      co_return;
    }
    const bool stale = outcome.reused && !outcome.heard && !outcome.error.timeout;
    if (!stale && !outcome.client_failed) journey.lease.failed(journey.worker.loop.now_ms());
    journey.drop_upstream();
    last_error = outcome.error;
    if (outcome.client_failed) {
      answer_client_fault(journey, outcome.error);
      co_return;
    }
    // Whatever the method, what its upstream never got has had no effect.
    const bool harmless = outcome.unseen || may_repeat(exchange.original_method);
    const bool repeatable = !outcome.sent || (harmless && journey.body.replayable());
    if (!stale) {
      tried.add_failed(destination->address);
      --left;
    }
    if (FaultLog* log = journey.worker.fault_log.get(); log != nullptr && !(stale && repeatable))
      log->attempt_failed(journey, destination->address, outcome.error, repeatable && left > 0);
    if (!repeatable) break;
    fresh = fresh || outcome.reused;
  }
  answer_failure(journey, last_error);
}

}  // namespace proxy
