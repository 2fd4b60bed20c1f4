#pragma once
// What the peers saw, for the judgement afterwards.

#include <cstdint>
#include <string>
#include <vector>

namespace simulation {

// One attempt of a request, as an upstream saw it.
struct AttemptRecord {
  bool reused = false;       // on a connection that had served before
  uint64_t octets = 0;       // of the request's body
  bool whole = false;        // the request came to its end
  bool wrong = false;        // octets that were not sent, or a head that does not fit the request
  bool answered = false;     // the final head went out
  bool answered_whole = false;
  uint64_t whole_ms = 0;
  uint64_t listens_ms = 0;   // since when a silent upstream waits for the end of its connection
  uint64_t let_go_ms = 0;    // a silent upstream saw its connection end; 0: never
};

struct RequestRecord {
  bool begun = false, sent_whole = false, cut = false;
  size_t generation_at_start = 0;
  std::vector<AttemptRecord> attempts;
  int brushed = 0;           // first bytes lay in a connection that its upstream closed
  // After 101.
  uint64_t up_octets = 0, down_octets = 0;
  bool up_sent = false, down_sent = false, up_ended = false, down_ended = false, tunnel_wrong = false;
};

// One final answer, as a client saw it.
struct AnswerRecord {
  int status = 0;
  std::string who;           // "request.attempt"; empty: the gateway's own
  uint64_t octets = 0;
  bool whole = false, wrong = false, says_close = false;
  size_t generation = 0, generation_now = 0;
};

struct ConnectionRecord {
  std::vector<AnswerRecord> answers;
  bool malformed = false;    // bytes that are no answer
  bool surplus = false;      // an answer nobody asked for
  bool wrong_interim = false;
  bool reset = false;        // not an orderly end
  bool closed_by_client = false, broke_off = false;
  uint64_t left_ms = 0;      // when the node could know that the client will read no more; 0: never
  bool stopped = false;      // did not read on, and left
};

}  // namespace simulation
