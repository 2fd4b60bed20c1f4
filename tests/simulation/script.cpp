#include "tests/simulation/script.h"

#include <fmt/format.h>

namespace simulation {

namespace {

// How rough a run is: most things are rare, so that a fault's cause is seldom two things at once.
struct Mood {
  uint32_t client_faults, upstream_faults, pauses, stale;  // percent
};

Pace draw_pace(Random& random, const Mood& mood, uint64_t bytes) {
  Pace pace;
  if (random.percent(40)) return pace;
  // Bytewise only where it ends in reasonable time.
  pace.piece_bytes_max =
      static_cast<uint32_t>(bytes < 2'000 ? random.pick({1, 3, 100}) : random.pick({700, 4'000, 20'000}));
  pace.pause_percent = random.percent(mood.pauses) ? random.pick({5, 30}) : 0;
  pace.pause_ms_max = random.pick({0, 0, 2, 15});
  return pace;
}

uint64_t draw_bytes(Random& random) {
  switch (random.below(10)) {
    case 0:
      return 0;
    case 1:
    case 2:
    case 3:
      return random.between(1, 100);
    case 4:
    case 5:
      return random.between(1, 5'000);
    case 6:
    case 7:
      return random.between(1, 40'000);
    case 8:
      return random.between(60'000, 70'000);  // around what is kept for a retry, and around a window
    default:
      return random.between(1, 200'000);
  }
}

Body draw_body(Random& random, bool answer) {
  Body body;
  body.framing = random.percent(50)             ? Framing::length
                 : answer && random.percent(25) ? Framing::until_close
                                                : Framing::chunked;
  body.bytes = draw_bytes(random);
  body.seed = random.next();
  body.trailers = random.percent(15);
  return body;
}

// Most heads are short; some fill a block of 16 KiB nearly, or need more than one.
uint32_t draw_padding(Random& random) {
  if (random.percent(85)) return 0;
  return static_cast<uint32_t>(random.percent(50) ? random.between(13'000, 16'500) : random.between(100, 31'000));
}

AnswerPlan draw_answer(Random& random, const Mood& mood, const RequestPlan& request) {
  AnswerPlan answer;
  answer.delay_ms = random.percent(mood.pauses) ? static_cast<uint32_t>(random.below(20)) : 0;
  answer.interims = random.percent(8) ? static_cast<int>(random.between(1, 3)) : 0;
  answer.status = random.percent(80) ? 200 : random.pick({204, 304, 404, 500, 503, 201});
  answer.body = draw_body(random, true);
  answer.padding_bytes = draw_padding(random);
  if (answer.body.framing != Framing::chunked && random.percent(10)) answer.minor_version = 0;
  answer.close = answer.body.framing == Framing::until_close || random.percent(10);
  if (request.body.bytes > 0 && random.percent(12)) {
    answer.after_octets = random.below(request.body.bytes);
    answer.leaves_early = random.percent(40);
    answer.holds_body = !answer.leaves_early && random.percent(50);
  }
  if (random.percent(mood.upstream_faults)) {
    answer.cut = random.pick({Break::end, Break::reset, Break::stall});
    answer.cut_at = random.below(answer.body.bytes + 2);
  }
  if (random.percent(mood.stale)) {
    using After = AnswerPlan::Afterwards;
    answer.afterwards = random.pick({After::close_later, After::close_later, After::reset_at_next, After::surplus});
    answer.idle_ms = static_cast<uint32_t>(random.pick({0, 1, 3, 10, 50}));
  }
  if (random.percent(3)) answer.hesitates_ms = 1'800;
  answer.pace = draw_pace(random, mood, answer.body.bytes);
  return answer;
}

AnswerPlan draw_failure(Random& random) {
  using Kind = AnswerPlan::Kind;
  AnswerPlan answer;
  answer.kind = random.pick({Kind::close, Kind::reset, Kind::cut_head, Kind::garbage, Kind::silence});
  answer.delay_ms = random.percent(50) ? static_cast<uint32_t>(random.below(10)) : 0;
  if (random.percent(30)) answer.after_octets = 0;
  return answer;
}

RequestPlan draw_request(Random& random, const Mood& mood, uint32_t id) {
  RequestPlan request;
  request.id = id;
  request.method = random.pick({"GET", "GET", "GET", "HEAD", "POST", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"});
  request.service = random.percent(8) ? static_cast<int>(random.between(4, 5)) : static_cast<int>(random.below(4));
  request.padding_bytes = draw_padding(random);
  const bool may_have_body = request.method != "HEAD" && request.method != "OPTIONS";
  const bool usual = request.method == "POST" || request.method == "PUT" || request.method == "PATCH";
  if (may_have_body && random.percent(usual ? 90 : 8)) request.body = draw_body(random, false);
  if (request.body.framing != Framing::none && random.percent(3)) request.body.bytes = random.between(300'001, 400'000);
  request.minor_version = request.body.framing != Framing::chunked && random.percent(8) ? 0 : 1;
  request.expect = request.body.framing != Framing::none && random.percent(15);
  request.close = random.percent(8);
  request.pipelined = random.percent(25);
  request.pause_ms = random.percent(mood.pauses) ? static_cast<uint32_t>(random.pick({0, 1, 3, 10, 50})) : 0;
  if (request.method == "GET" && request.body.framing == Framing::none && request.minor_version == 1 &&
      random.percent(8)) {
    request.upgrade = true;
    request.tunnel = {draw_bytes(random), draw_bytes(random), random.next(), random.next(), random.percent(50)};
  }
  request.pace = draw_pace(random, mood, 300 + request.padding_bytes + request.body.bytes);
  if (request.body.framing != Framing::none && random.percent(4))
    request.hesitates_ms = 2'500;  // longer than an upstream may be silent
  if (random.percent(mood.client_faults)) {
    request.fault = random.pick({Break::end, Break::reset, Break::stall, Break::garbage});
    request.fault_at = random.percent(40) ? random.below(400) : random.below(400 + request.body.bytes);
    if (request.fault == Break::garbage && request.body.framing != Framing::chunked) request.fault = Break::none;
  }
  const uint64_t failures = random.percent(mood.upstream_faults) ? random.between(1, 3) : 0;
  for (uint64_t i = 0; i < failures; ++i) request.answers.push_back(draw_failure(random));
  request.answers.push_back(draw_answer(random, mood, request));
  return request;
}

ConnectionPlan draw_connection(Random& random, const Mood& mood, Script& script) {
  ConnectionPlan connection;
  connection.seed = random.next();
  connection.start_ms = random.percent(50) ? 0 : static_cast<uint32_t>(random.below(30));
  const uint64_t count = random.between(1, 6);
  for (uint64_t i = 0; i < count; ++i) {
    const auto id = static_cast<uint32_t>(script.requests.size());
    RequestPlan request = draw_request(random, mood, id);
    request.connection = static_cast<uint32_t>(script.connections.size());
    if (i == 0) request.pipelined = false;
    connection.requests.push_back(id);
    const bool last = request.upgrade || request.fault != Break::none;
    script.requests.push_back(std::move(request));
    if (last) break;  // what comes behind would be part of it
  }
  const RequestPlan& last = script.requests.back();
  connection.ends_write = !last.upgrade && last.fault == Break::none && random.percent(20);
  if (last.fault == Break::none && random.percent(4)) {
    AnswerPlan silence;
    silence.kind = AnswerPlan::Kind::silence;
    script.requests.back().answers.insert(script.requests.back().answers.begin(), silence);
    connection.leaves_ms = static_cast<uint32_t>(random.between(1, 1'000));
  }
  if (random.percent(mood.client_faults)) {
    connection.reading = random.pick({Break::reset, Break::stall});
    connection.reading_at = random.percent(50) ? random.below(2'000) : random.below(200'000);
  }
  connection.reading_pace = draw_pace(random, mood, 40'000);
  if (random.percent(6)) {
    connection.reading_hesitates_ms = 2'500;
    connection.reading_hesitates_at = random.below(20'000);
  }
  connection.window_bytes = static_cast<uint32_t>(random.pick({64 * 1024, 64 * 1024, 4'096, 1'000'000, 700}));
  return connection;
}

}  // namespace

Script draw_script(uint64_t seed) {
  Random random(seed * 0x2545f4914f6cdd1d + 1);
  Script script;
  script.seed = seed;
  const Mood mood = random.pick<Mood>(
      {{0, 0, 20, 10}, {0, 10, 20, 10}, {10, 0, 20, 5}, {8, 15, 50, 30}, {0, 0, 30, 80}, {3, 30, 30, 30}});
  proxy::Options& options = script.options;
  options.body_bytes_max = 300'000;
  options.header_timeout_ms = 3'000;
  options.body_timeout_ms = 3'000;
  options.keepalive_timeout_ms = 5'000;
  options.send_timeout_ms = 3'000;
  options.tunnel_idle_timeout_ms = 6'000;
  options.upstream_idle_timeout_ms = 4'000;
  options.keepalive_requests = static_cast<uint32_t>(random.pick({1'000, 1'000, 2}));
  options.upstream_requests_max = static_cast<uint32_t>(random.pick({1'000, 1'000, 2}));
  options.upstream_idle_max = static_cast<uint32_t>(random.pick({512, 512, 1, 0}));
  options.replay_bytes_max = static_cast<uint32_t>(random.pick({64 * 1024, 1'000}));
  options.ignore_client_abort = random.percent(50);
  const uint64_t connections = random.between(1, 3);
  for (uint64_t i = 0; i < connections; ++i) script.connections.push_back(draw_connection(random, mood, script));
  if (random.percent(25))
    script.reload_ms = {static_cast<uint32_t>(random.below(40)), static_cast<uint32_t>(random.between(40, 200))};
  if (random.percent(25)) {
    const uint64_t reloads = random.between(1, 5);
    for (uint64_t i = 0; i < reloads; ++i) script.reload_turns.push_back(static_cast<uint32_t>(random.below(200)));
  }
  if (random.percent(6))
    script.drain_ms = random.below(60);
  else if (random.percent(6))
    script.drain_turn = random.below(200);
  if (random.percent(mood.upstream_faults)) script.refusals = static_cast<uint32_t>(random.between(1, 2));
  script.upstream_window_bytes = static_cast<uint32_t>(random.pick({64 * 1024, 64 * 1024, 8'192, 700}));
  return script;
}

namespace {

const char* name_of(Framing framing) {
  switch (framing) {
    case Framing::none:
      return "no body";
    case Framing::length:
      return "length";
    case Framing::chunked:
      return "chunked";
    default:
      return "until close";
  }
}

const char* name_of(Break fault) {
  switch (fault) {
    case Break::none:
      return "-";
    case Break::end:
      return "ends";
    case Break::reset:
      return "resets";
    case Break::stall:
      return "stalls";
    default:
      return "garbage";
  }
}

}  // namespace

std::string describe(const Script& script) {
  std::string text = fmt::format(
      "seed {}: {} connections, refusals {}, drain at {} ms or turn {}, replay {} B, keepalive requests {}, upstream "
      "window {} B\n",
      script.seed, script.connections.size(), script.refusals,
      script.drain_ms == never ? -1 : static_cast<int64_t>(script.drain_ms),
      script.drain_turn == never ? -1 : static_cast<int64_t>(script.drain_turn), script.options.replay_bytes_max,
      script.options.keepalive_requests, script.upstream_window_bytes);
  for (const ConnectionPlan& connection : script.connections) {
    text += fmt::format("  client from {} ms, window {} B, reading {} at {}, hesitates {} ms, half-close {}\n",
                        connection.start_ms, connection.window_bytes, name_of(connection.reading),
                        connection.reading_at, connection.reading_hesitates_ms, connection.ends_write);
    for (uint32_t id : connection.requests) {
      const RequestPlan& request = script.requests[id];
      text +=
          fmt::format("    #{} {} HTTP/1.{} /s{}, padding {}, {} {} B{}{}{}{}{} fault {} at {}\n", id, request.method,
                      request.minor_version, request.service, request.padding_bytes, name_of(request.body.framing),
                      request.body.bytes, request.expect ? ", expects 100" : "", request.close ? ", close" : "",
                      request.hesitates_ms > 0 ? ", hesitates" : "", request.upgrade ? ", upgrade" : "",
                      request.pipelined ? ", pipelined" : "", name_of(request.fault), request.fault_at);
      for (const AnswerPlan& answer : request.answers)
        text += fmt::format(
            "      kind {} after {} ms and {} octets{}, {} interim, HTTP/1.{} {}, padding {}, {} {} B, cut {} at {}, "
            "close {}, then {} {} ms\n",
            static_cast<int>(answer.kind), answer.delay_ms,
            answer.after_octets == never ? "all" : std::to_string(answer.after_octets),
            answer.leaves_early ? " (leaves)"
            : answer.holds_body ? " (head first)"
                                : "",
            answer.interims, answer.minor_version, answer.status, answer.padding_bytes, name_of(answer.body.framing),
            answer.body.bytes, name_of(answer.cut), answer.cut_at, answer.close, static_cast<int>(answer.afterwards),
            answer.idle_ms);
    }
  }
  return text;
}

}  // namespace simulation
