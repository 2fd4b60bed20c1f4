#include "tests/simulation/scripted_upstream.h"

#include <charconv>

#include "gateway/async/event.h"
#include "gateway/net/sleep.h"
#include "tests/simulation/wire.h"

namespace simulation {

namespace {

struct Upstream {
  Upstream(World& own_world, uint64_t own_number, net::MemoryStream& own_stream)
      : world(own_world), number(own_number), stream(own_stream), random(own_world.script.seed * 31 + own_number), progress(own_world.loop().ready()) {}

  AttemptRecord& record() { return world.requests[plan->id].attempts[attempt]; }
  const AnswerPlan& answer() const { return plan->answer(attempt); }

  World& world;
  uint64_t number;
  net::MemoryStream& stream;
  Random random;
  async::Event progress;           // for the answer: more of the request, or the peer's end
  MessageReader reader{false};
  const RequestPlan* plan = nullptr;  // of the request at hand, once its head is here
  size_t attempt = 0;
  std::string generation;
  bool whole = false, gone = false, reused = false;
};

// "GET /s0/17 HTTP/1.1": the request's plan. nullptr: nothing that a client of ours asked for.
const RequestPlan* find_plan(const World& world, std::string_view first_line) {
  const size_t start = first_line.find(" /s");
  if (start == std::string_view::npos || first_line.size() < start + 6) return nullptr;
  uint32_t id = UINT32_MAX;
  std::from_chars(first_line.data() + start + 5, first_line.data() + first_line.size(), id);
  return id < world.script.requests.size() ? &world.script.requests[id] : nullptr;
}

void begin_request(Upstream& upstream) {
  const MessageReader& reader = upstream.reader;
  upstream.plan = find_plan(upstream.world, reader.first_line());
  if (upstream.plan == nullptr) {
    upstream.world.faults.push_back(fmt::format("an upstream gets a request nobody sent: {}", reader.first_line()));
    upstream.gone = true;
    return;
  }
  const RequestPlan& plan = *upstream.plan;
  upstream.attempt = upstream.world.requests[plan.id].attempts.size();
  AttemptRecord& record = upstream.world.requests[plan.id].attempts.emplace_back();
  record.reused = upstream.reused;
  upstream.generation = reader.field("x-generation");
  const bool framed = reader.count("content-length") + reader.count("transfer-encoding") == (plan.body.framing == Framing::none ? 0u : 1u);
  if (reader.first_line() != fmt::format("{} /s{}/{} HTTP/1.1", plan.method, plan.service, plan.id) || !framed || reader.count("expect") != 0 ||
      reader.field("x-padding") != padding(plan.padding_bytes))
    record.wrong = true;
  upstream.world.note("upstream {} reads #{}, attempt {}", upstream.number, plan.id, upstream.attempt);
}

bool take_events(Upstream& upstream) {
  using Event = MessageReader::Event;
  while (!upstream.whole && !upstream.gone) {
    switch (upstream.reader.next()) {
      case Event::more: return true;
      case Event::head: begin_request(upstream); break;
      case Event::bad: upstream.world.faults.push_back("an upstream gets a malformed request"); return false;
      case Event::end:
        upstream.whole = upstream.record().whole = true;
        upstream.record().whole_ms = upstream.world.loop().now_ms();
        break;
      case Event::piece: {
        AttemptRecord& record = upstream.record();
        if (!equal_octets(upstream.reader.piece(), upstream.plan->body.seed, record.octets)) record.wrong = true;
        record.octets += upstream.reader.piece().size();
        break;
      }
    }
  }
  return true;
}

// Reads one request to its end, or until the peer has gone.
async::Task<> receive(Upstream& upstream) {
  std::string block(16 * 1024, '\0');
  if (!take_events(upstream)) upstream.gone = true;
  while (!upstream.whole && !upstream.gone) {
    auto reading = upstream.stream.read(std::span(block.data(), block.size()), net::no_timeout);
    auto got = co_await reading;
    if (!got || *got == 0) {
      upstream.world.note("upstream {} reads the {}", upstream.number, got ? "end" : "reset");
      upstream.gone = true;
    } else {
      upstream.reader.add(std::string_view(block.data(), *got));
      if (!take_events(upstream)) upstream.gone = true;
    }
    upstream.progress.set();
  }
  upstream.progress.set();
}

std::string head_of(const Upstream& upstream, const AnswerPlan& answer) {
  std::string head;
  for (int i = 0; i < answer.interims; ++i) head += i % 2 == 0 ? "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" : "HTTP/1.1 100 Continue\r\n\r\n";
  head += fmt::format("HTTP/1.{} {} Word\r\nX-Answer: {}.{}\r\nX-Generation: {}\r\n", answer.minor_version, answer.status, upstream.plan->id,
                      upstream.attempt, upstream.generation);
  if (answer.padding_bytes > 0) head += "X-Padding: " + padding(answer.padding_bytes) + "\r\n";
  if (answer.status != 204 && answer.body.framing == Framing::length) head += fmt::format("Content-Length: {}\r\n", answer.body.bytes);
  if (answer.status != 204 && answer.body.framing == Framing::chunked) head += "Transfer-Encoding: chunked\r\n";
  if (answer.close) head += "Connection: close\r\n";
  else if (answer.minor_version == 0) head += "Connection: keep-alive\r\n";
  return head + "\r\n";
}

// How the connection goes on after an answer.
enum class Next : uint8_t { keep, end, end_in_order, reset, stay_silent };

async::Task<Next> send_answer(Upstream& upstream) {
  const AnswerPlan& answer = upstream.answer();
  const bool bodiless = upstream.plan->method == "HEAD" || answer.status == 204 || answer.status == 304;
  std::string head = head_of(upstream, answer);
  std::string body = bodiless ? std::string() : encode(answer.body, upstream.random);
  const bool cut = answer.cut != Break::none && answer.cut_at < body.size() && !(answer.body.framing == Framing::until_close && answer.cut == Break::end);
  if (cut) body.resize(answer.cut_at);
  upstream.record().answered = true;
  upstream.world.note("upstream {} answers #{} with {}, {} octets{}", upstream.number, upstream.plan->id, answer.status, body.size(), cut ? ", cut" : "");
  if (answer.afterwards == AnswerPlan::Afterwards::surplus && !cut && answer.body.framing != Framing::until_close) body += "HTTP/1.1 200 OK\r\nX-Sur";
  if (answer.holds_body || answer.hesitates_ms > 0) {
    auto beginning = send(upstream.stream, std::exchange(head, {}), answer.pace, upstream.random.next());
    const bool begun = co_await beginning;
    auto hesitating = net::sleep_for(upstream.world.loop(), answer.hesitates_ms);
    co_await hesitating;
    while (begun && answer.holds_body && !upstream.gone && !upstream.whole) {
      upstream.progress.reset();
      auto waiting = upstream.progress.wait();
      co_await waiting;
    }
  }
  auto sending = send(upstream.stream, head + body, answer.pace, upstream.random.next());
  const bool sent = co_await sending;
  if (!sent) co_return Next::reset;
  if (cut) co_return answer.cut == Break::end ? Next::end : answer.cut == Break::reset ? Next::reset : Next::stay_silent;
  upstream.record().answered_whole = true;
  co_return answer.leaves_early ? Next::end : answer.close ? Next::end_in_order : Next::keep;
}

async::Task<Next> tunnel(Upstream& upstream) {
  const TunnelPlan& plan = upstream.plan->tunnel;
  RequestRecord& record = upstream.world.requests[upstream.plan->id];
  upstream.world.note("upstream {} switches #{} to a tunnel", upstream.number, upstream.plan->id);
  std::string bytes = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n" + octets(plan.down_seed, 0, plan.down_bytes);
  auto sending = send(upstream.stream, std::move(bytes), upstream.answer().pace, upstream.random.next());
  std::string block(16 * 1024, '\0');
  while (!(plan.upstream_ends && sending.done())) {
    auto reading = upstream.stream.read(std::span(block.data(), block.size()), plan.upstream_ends ? 5 : net::no_timeout);
    auto got = co_await reading;
    if (!got && got.error().timeout) continue;
    if (!got || *got == 0) {
      record.up_ended = static_cast<bool>(got);
      break;
    }
    if (!equal_octets(std::string_view(block.data(), *got), plan.up_seed, record.up_octets)) record.tunnel_wrong = true;
    record.up_octets += *got;
  }
  record.down_sent = co_await sending;
  if (!plan.upstream_ends) co_return Next::end;
  // The end is announced; what still comes is read until the peer ends as well, or it would reset what is on its way.
  upstream.stream.shutdown_write();
  co_return Next::stay_silent;
}

async::Task<Next> answer(Upstream& upstream) {
  while (!upstream.gone && !upstream.whole && (upstream.plan == nullptr || upstream.record().octets < upstream.answer().after_octets)) {
    upstream.progress.reset();
    auto waiting = upstream.progress.wait();
    co_await waiting;
  }
  if (upstream.gone) co_return Next::end;
  const AnswerPlan& plan = upstream.answer();
  if (plan.delay_ms > 0) {
    auto waiting = net::sleep_for(upstream.world.loop(), plan.delay_ms);
    co_await waiting;
  }
  using Kind = AnswerPlan::Kind;
  if (plan.kind == Kind::answer && upstream.plan->upgrade && plan.status == 200) {
    auto tunnelling = tunnel(upstream);
    const Next next = co_await tunnelling;
    co_return next;
  }
  if (plan.kind == Kind::answer) {
    auto answering = send_answer(upstream);
    const Next next = co_await answering;
    co_return next;
  }
  upstream.world.note("upstream {} fails #{}: kind {}", upstream.number, upstream.plan->id, static_cast<int>(plan.kind));
  if (plan.kind == Kind::silence) co_return Next::stay_silent;
  if (plan.kind == Kind::reset) co_return Next::reset;
  if (plan.kind == Kind::close) co_return Next::end;
  auto sending = send(upstream.stream, plan.kind == Kind::cut_head ? "HTTP/1.1 200 OK\r\nX-Cut: 1\r\nContent-Le" : "SSH-2.0-none\r\n", Pace(), 0);
  const bool sent = co_await sending;
  (void)sent;
  co_return Next::end;
}

// Reads and drops until the peer ends.
async::Task<> wait_for_end(Upstream& upstream) {
  std::string block(4 * 1024, '\0');
  while (true) {
    auto reading = upstream.stream.read(std::span(block.data(), block.size()), net::no_timeout);
    auto got = co_await reading;
    if (!got || *got == 0) co_return;
  }
}

// Between two requests. False: the connection ends here, perhaps over the first bytes of a request.
async::Task<bool> idle(Upstream& upstream, AnswerPlan::Afterwards afterwards, uint32_t idle_ms) {
  const bool closes = afterwards == AnswerPlan::Afterwards::close_later;
  auto waiting = upstream.stream.readable(closes ? idle_ms : net::no_timeout);
  auto waited = co_await waiting;
  const bool overruns = afterwards == AnswerPlan::Afterwards::reset_at_next || !waited;
  if (!overruns) co_return true;
  const std::string unread = upstream.stream.take();
  if (const RequestPlan* plan = find_plan(upstream.world, unread)) ++upstream.world.requests[plan->id].brushed;
  upstream.world.note("upstream {} closes an idle connection over {} bytes", upstream.number, unread.size());
  if (!unread.empty()) upstream.stream.reset();
  co_return false;
}

}  // namespace

async::Task<> serve_upstream(World& world, uint64_t number, std::unique_ptr<net::MemoryStream> stream) {
  Upstream upstream(world, number, *stream);
  while (true) {
    upstream.plan = nullptr;
    upstream.whole = false;
    auto receiving = receive(upstream);
    auto answering = answer(upstream);
    const Next next = co_await answering;
    if (next == Next::reset) stream->reset();
    if (next == Next::end || next == Next::reset) co_return;
    co_await receiving;
    if (next == Next::end_in_order) co_return;
    if (next == Next::stay_silent) {
      upstream.record().listens_ms = world.loop().now_ms();
      auto waiting = wait_for_end(upstream);
      co_await waiting;
      upstream.record().let_go_ms = world.loop().now_ms();
      co_return;
    }
    if (upstream.gone) co_return;
    upstream.reused = true;
    auto idling = idle(upstream, upstream.answer().afterwards, upstream.answer().idle_ms);
    const bool goes_on = co_await idling;
    if (!goes_on) co_return;
  }
}

}  // namespace simulation
