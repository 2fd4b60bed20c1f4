#include "tests/simulation/invariants.h"

#include <algorithm>

namespace simulation {

namespace {

constexpr uint64_t unread_bytes_max = 256 * 1024;  // of a body nobody wants, read so that its connection can go on

bool is_bodiless(const RequestPlan& request, int status) {
  return request.method == "HEAD" || status == 204 || status == 304;
}

bool too_large(const World& world, const RequestPlan& request) {
  return request.body.bytes > world.script.options.body_bytes_max;
}

// The body is in memory as a whole before the first attempt, so it can be sent again.
bool replayable(const World& world, const RequestPlan& request) {
  return request.body.framing == Framing::none ||
         (services[request.service].buffered && request.body.bytes < world.script.options.replay_bytes_max);
}

// A kept connection takes a request with it that its upstream may have read.
bool upstreams_lose_requests(const World& world) {
  using After = AnswerPlan::Afterwards;
  return std::any_of(world.script.requests.begin(), world.script.requests.end(), [](const RequestPlan& request) {
    const AnswerPlan& last = request.answers.back();
    return last.afterwards == After::reset_at_next || last.afterwards == After::surplus || last.leaves_early;
  });
}

bool upstreams_close_idle_connections(const World& world) {
  return std::any_of(world.script.requests.begin(), world.script.requests.end(), [](const RequestPlan& request) {
    return request.answers.back().afterwards != AnswerPlan::Afterwards::keep || request.answers.back().leaves_early;
  });
}

// Everyone does his part, and what fails may be tried again often enough: nothing but the upstream's whole answer will
// do.
bool must_succeed(const World& world, const RequestPlan& request) {
  const AnswerPlan& answer = request.answers.back();
  if (!request.routed()) return false;
  if (!world.requests[request.id].sent_whole || too_large(world, request)) return false;
  if (answer.cut != Break::none || answer.leaves_early) return false;
  const size_t failures = request.failures() + world.script.refusals;
  if (!replayable(world, request)) return failures == 0 && !upstreams_close_idle_connections(world);
  // What ended before the request could reach it may be tried again, whatever the method.
  if (!request.repeatable() && (request.failures() > 0 || upstreams_lose_requests(world))) return false;
  return failures <= services[request.service].retries;
}

class Judge {
  // Towards HTTP/1.0 an answer of unknown length ends with its connection, so only a reset shows that it was cut; what a slow client has
  // not read by then may go with it.
  bool reset_by_a_cut(const ConnectionPlan& plan, size_t from) const {
    return std::any_of(plan.requests.begin() + static_cast<ptrdiff_t>(from), plan.requests.end(), [this](size_t id) {
      const RequestPlan& request = world_.script.requests[id];
      return request.minor_version == 0 && world_.requests[id].begun &&
             std::ranges::any_of(request.answers, [](const AnswerPlan& answer) { return answer.cut != Break::none && answer.body.framing != Framing::length; });
    });
  }

 public:
  explicit Judge(const World& world) : world_(world) {}

  void judge_request(const RequestPlan& plan) {
    const RequestRecord& record = world_.requests[plan.id];
    const size_t tries = record.attempts.size() + static_cast<size_t>(record.brushed);
    if (!plan.repeatable() && tries > 1) breach("#{}: {} reached upstreams {} times", plan.id, plan.method, tries);
    // One attempt more than the retries: a kept connection that has just been closed does not count.
    if (tries > services[plan.service].retries + 2) breach("#{}: {} attempts", plan.id, tries);
    for (size_t i = 0; i < record.attempts.size(); ++i) {
      const AttemptRecord& attempt = record.attempts[i];
      if (attempt.wrong) breach("#{}.{}: the upstream got another request than the client sent", plan.id, i);
      if (attempt.octets > plan.body.bytes) breach("#{}.{}: octets too many", plan.id, i);
      if (attempt.whole && attempt.octets != plan.body.bytes)
        breach("#{}.{}: {} octets of {} look whole", plan.id, i, attempt.octets, plan.body.bytes);
      if (attempt.whole && !record.sent_whole && plan.body.framing != Framing::none && plan.body.bytes > 0)
        breach("#{}.{}: a body that the client cut looks whole", plan.id, i);
    }
    judge_leaving(plan, record);
    if (record.tunnel_wrong) breach("#{}: the tunnel changed bytes", plan.id);
    judge_tunnel(plan, record);
  }

  void judge_connection(const ConnectionPlan& plan, const ConnectionRecord& record) {
    if (record.malformed && !record.broke_off) breach("client {}: malformed bytes", number_of(plan));
    if (record.surplus) breach("client {}: an answer nobody asked for", number_of(plan));
    if (record.wrong_interim) breach("client {}: an interim answer nobody asked for", number_of(plan));
    bool ended = false;    // no answer may follow
    bool may_end = false;  // none is owed
    for (size_t i = 0; i < plan.requests.size(); ++i) {
      const RequestPlan& request = world_.script.requests[plan.requests[i]];
      const RequestRecord& sent = world_.requests[request.id];
      if (!sent.begun) break;
      if (i >= record.answers.size()) {
        const bool owed = sent.sent_whole && !sent.cut && !may_end && !record.broke_off &&
                          !(request.upgrade && sent.down_octets + sent.up_octets > 0);
        // A node that drains may close a connection between two requests, never before the first.
        const bool may_be_closed = draining() && i > 0;
        if (owed && !switched(request) && must_succeed(world_, request) && !may_be_closed && !reset_by_a_cut(plan, i))
          breach("#{}: no answer", request.id);
        else if (owed && !switched(request) && !may_be_closed && !record.reset && !has_failures(request))
          breach("#{}: silence", request.id);
        break;
      }
      const AnswerRecord& answer = record.answers[i];
      if (ended && !draining()) breach("#{}: an answer after the connection's last", request.id);
      judge_answer(request, sent, answer, record, i);
      // Our own answer need not wait for a body. How much of a chunked one is left shows only afterwards: too much, and
      // the connection ends.
      const bool left_unread =
          answer.who.empty() && request.body.framing == Framing::chunked && request.body.bytes > unread_bytes_max;
      ended = ended || answer.says_close || !answer.whole || sent.cut || request.close;
      may_end = may_end || ended || left_unread;
    }
  }

  std::vector<std::string> found;
  uint64_t left_alone = 0;  // silent upstreams whose client had gone

 private:
  template <typename... Arguments>
  void breach(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    found.push_back(fmt::format(format, std::forward<Arguments>(arguments)...));
  }
  size_t number_of(const ConnectionPlan& plan) const {
    return static_cast<size_t>(&plan - world_.script.connections.data());
  }
  bool draining() const { return world_.draining; }
  bool switched(const RequestPlan& request) const {
    return request.upgrade && request.routed() && request.answers.back().status == 200 &&
           !world_.requests[request.id].attempts.empty();
  }
  bool has_failures(const RequestPlan& request) const {
    if (!request.routed()) return false;
    return request.failures() > 0 || world_.script.refusals > 0 || request.answers.back().cut != Break::none ||
           request.answers.back().leaves_early;
  }

  void judge_answer(const RequestPlan& request, const RequestRecord& sent, const AnswerRecord& answer,
                    const ConnectionRecord& connection, size_t) {
    if (answer.wrong) breach("#{}: octets that the upstream did not send", request.id);
    if (answer.generation < sent.generation_at_start || answer.generation > answer.generation_now)
      breach("#{}: served by configuration {}, not {} to {}", request.id, answer.generation, sent.generation_at_start,
             answer.generation_now);
    if (answer.who.empty()) return judge_own(request, sent, answer, connection);
    const size_t dot = answer.who.find('.');
    if (answer.who.substr(0, dot) != std::to_string(request.id))
      return breach("#{}: the answer of #{}", request.id, answer.who);
    const auto number = static_cast<size_t>(std::atoi(answer.who.c_str() + dot + 1));
    const AnswerPlan& plan = request.answer(number);
    if (plan.kind != AnswerPlan::Kind::answer || number >= sent.attempts.size())
      return breach("#{}: an answer that was not given", request.id);
    const AttemptRecord& attempt = sent.attempts[number];
    if (answer.status != plan.status) breach("#{}: status {} became {}", request.id, plan.status, answer.status);
    const uint64_t due = is_bodiless(request, answer.status) ? 0 : plan.body.bytes;
    if (answer.octets > due) breach("#{}: {} octets of {}", request.id, answer.octets, due);
    if (answer.whole && answer.octets != due) breach("#{}: {} octets of {} look whole", request.id, answer.octets, due);
    if (answer.whole && due > 0 && !attempt.answered_whole && plan.cut != Break::none && answer.octets != due)
      breach("#{}: a cut answer looks whole", request.id);
    if (!answer.whole && !connection.broke_off && !sent.cut && must_succeed(world_, request))
      breach("#{}: cut without a reason", request.id);
  }

  void judge_own(const RequestPlan& request, const RequestRecord& sent, const AnswerRecord& answer,
                 const ConnectionRecord& connection) {
    if (!answer.whole && !connection.broke_off && !sent.cut) breach("#{}: our own answer was cut", request.id);
    if (must_succeed(world_, request))
      return breach("#{}: {} although its upstream would have answered", request.id, answer.status);
    if (!request.routed() && sent.sent_whole) {
      const int due = too_large(world_, request) && request.body.framing == Framing::length ? 413
                      : request.service == 4                                                ? 404
                                                                                            : 403;
      if (answer.status != due) breach("#{}: {} instead of {}", request.id, answer.status, due);
      return;
    }
    const bool known = (!request.routed() && (answer.status == 404 || answer.status == 403)) || answer.status == 502 ||
                       answer.status == 504 || (answer.status == 413 && too_large(world_, request)) ||
                       (answer.status == 400 && sent.cut) || (answer.status == 408 && sent.cut);
    if (!known) breach("#{}: {} has no reason", request.id, answer.status);
    if ((answer.status == 502 || answer.status == 504) && too_large(world_, request) && !has_failures(request) &&
        !upstreams_close_idle_connections(world_))
      breach("#{}: {} for a body that is too large", request.id, answer.status);
  }

  // A silent upstream learns in the same moment that nobody waits for its answer any more.
  void judge_leaving(const RequestPlan& plan, const RequestRecord& record) {
    if (world_.script.options.ignore_client_abort) return;
    const uint64_t left_ms = world_.connections[plan.connection].left_ms;
    for (size_t i = 0; i < record.attempts.size() && left_ms != 0; ++i) {
      const AttemptRecord& attempt = record.attempts[i];
      const bool silent = plan.answer(i).kind == AnswerPlan::Kind::silence && attempt.whole && attempt.let_go_ms != 0;
      if (!silent || attempt.whole_ms >= left_ms || attempt.let_go_ms < left_ms) continue;
      ++left_alone;
      if (attempt.let_go_ms > std::max(left_ms, attempt.listens_ms)) breach("#{}.{}: its client left at {} ms, its upstream was let go at {} ms", plan.id, i, left_ms, attempt.let_go_ms);
    }
  }

  void judge_tunnel(const RequestPlan& plan, const RequestRecord& record) {
    if (!plan.upgrade) return;
    const ConnectionRecord& connection = world_.connections[plan.connection];
    if (connection.broke_off) return;
    if (record.down_sent && record.down_octets != plan.tunnel.down_bytes)
      breach("#{}: {} of {} octets came down the tunnel", plan.id, record.down_octets, plan.tunnel.down_bytes);
    if (record.up_sent && !plan.tunnel.upstream_ends && record.up_octets != plan.tunnel.up_bytes)
      breach("#{}: {} of {} octets went up the tunnel", plan.id, record.up_octets, plan.tunnel.up_bytes);
  }

  const World& world_;
};

}  // namespace

std::vector<std::string> breaches(const World& world, uint64_t& left_alone) {
  Judge judge(world);
  for (const RequestPlan& request : world.script.requests) judge.judge_request(request);
  for (size_t i = 0; i < world.connections.size(); ++i)
    judge.judge_connection(world.script.connections[i], world.connections[i]);
  left_alone += judge.left_alone;
  judge.found.insert(judge.found.end(), world.faults.begin(), world.faults.end());
  return judge.found;
}

}  // namespace simulation
