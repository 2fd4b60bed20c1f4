#pragma once
// What the peers of one run will do: all of it drawn from the seed before anything moves.

#include <cstdint>
#include <string>
#include <vector>

#include "gateway/proxy/options.h"
#include "tests/simulation/random.h"

namespace simulation {

inline constexpr uint64_t never = UINT64_MAX;

// How bytes are cut and how long the pauses between the pieces are.
struct Pace {
  uint32_t piece_bytes_max = 1 << 20;
  uint32_t pause_percent = 0;  // of the pieces
  uint32_t pause_ms_max = 0;
};

enum class Framing : uint8_t { none, length, chunked, until_close };

struct Body {
  Framing framing = Framing::none;
  uint64_t bytes = 0;
  uint64_t seed = 0;      // of its octets
  bool trailers = false;  // chunked: trailer fields and chunk extensions
};

// How a peer ends in the middle of something.
enum class Break : uint8_t { none, end, reset, stall, garbage };

// What an upstream does with one attempt of a request.
struct AnswerPlan {
  enum class Kind : uint8_t { answer, close, reset, cut_head, garbage, silence };
  enum class Afterwards : uint8_t { keep, close_later, reset_at_next, surplus };
  Kind kind = Kind::answer;
  uint32_t delay_ms = 0;
  uint64_t after_octets = never;  // of the request's body; less than all: an early answer
  bool leaves_early = false;      // does not read the rest of the request
  bool holds_body = false;        // sends its head early and its body when the whole request is there, like an echo
  int interims = 0;
  int status = 200;
  int minor_version = 1;
  uint32_t padding_bytes = 0;  // of a field that makes the head long
  Body body;
  Break cut = Break::none;
  uint64_t cut_at = 0;        // octet of the body on the wire
  uint32_t hesitates_ms = 0;  // between head and body
  bool close = false;         // says so, and does
  Afterwards afterwards = Afterwards::keep;
  uint32_t idle_ms = 0;
  Pace pace;
};

// Bytes both ways after 101.
struct TunnelPlan {
  uint64_t up_bytes = 0, down_bytes = 0, up_seed = 0, down_seed = 0;
  bool upstream_ends = false;  // at once after its last byte; else it waits for the client's end
};

struct RequestPlan {
  uint32_t id = 0;
  uint32_t connection = 0;
  std::string method = "GET";
  int minor_version = 1;
  int service = 0;             // see world.cpp
  uint32_t padding_bytes = 0;  // of a field that makes the head long
  Body body;
  bool expect = false;  // waits for 100 before the body
  bool close = false;
  bool upgrade = false;
  bool pipelined = false;     // sent without waiting for the answers before
  uint32_t pause_ms = 0;      // before it
  uint32_t hesitates_ms = 0;  // in the middle of its body
  Break fault = Break::none;  // of the client, while it sends
  uint64_t fault_at = 0;      // octet of the request on the wire
  Pace pace;
  TunnelPlan tunnel;
  std::vector<AnswerPlan> answers;  // attempt by attempt; the last one stands for all that follow

  bool repeatable() const { return method != "POST" && method != "PATCH"; }
  bool routed() const { return service < 4; }
  const AnswerPlan& answer(size_t attempt) const {
    return answers[attempt < answers.size() ? attempt : answers.size() - 1];
  }
  // Attempts that end without an answer before one gets it.
  size_t failures() const { return answers.size() - 1; }
};

struct ConnectionPlan {
  uint32_t start_ms = 0;
  std::vector<uint32_t> requests;  // ids, in order
  bool ends_write = false;         // half-closes after the last request
  uint32_t leaves_ms = 0;          // after its last request, whose upstream is silent; 0: it waits for the answer
  Break reading = Break::none;     // reset or stall after so many octets of answers
  uint64_t reading_at = 0;
  Pace reading_pace;
  uint32_t reading_hesitates_ms = 0;  // once, shorter than an answer may be stuck
  uint64_t reading_hesitates_at = 0;  // octet of answers
  uint32_t window_bytes = 64 * 1024;
  uint64_t seed = 0;
};

struct Script {
  uint64_t seed = 0;
  proxy::Options options;
  std::vector<RequestPlan> requests;
  std::vector<ConnectionPlan> connections;
  // Moments at which the next configuration is published, and at which the node begins to drain: by the clock, which
  // stands still as long as anything moves, and by turns of the loop, which fall between any two steps.
  std::vector<uint32_t> reload_ms;
  std::vector<uint32_t> reload_turns;
  uint64_t drain_ms = never, drain_turn = never;
  uint32_t refusals = 0;  // connections to upstreams that fail, spread at random
  uint32_t upstream_window_bytes = 64 * 1024;
};

Script draw_script(uint64_t seed);
// The whole as text, for people who look for a fault.
std::string describe(const Script& script);

}  // namespace simulation
