#pragma once
// HTTP/1 as the peers speak it. Written apart from the gateway's own reader, so that a misunderstanding is not shared.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/async/task.h"
#include "gateway/net/stream.h"
#include "tests/simulation/script.h"

namespace simulation {

// `bytes` octets that follow from the seed, from octet `from` on.
std::string octets(uint64_t seed, uint64_t from, uint64_t bytes);
bool equal_octets(std::string_view text, uint64_t seed, uint64_t from);
// A field value of that length.
std::string padding(uint32_t bytes);
// The body as it goes over the wire.
std::string encode(const Body& body, Random& random);

// Reads messages one after the other. Believes its peer: whatever is malformed ends it as `bad`.
class MessageReader {
 public:
  enum class Event : uint8_t { more, head, piece, end, bad };
  explicit MessageReader(bool answers) : answers_(answers) {}

  void add(std::string_view bytes) { bytes_.append(bytes); }
  // The peer has ended. True: the message at hand, if any, is whole by that.
  bool end_of_input();
  Event next();

  // Of the head last read.
  std::string_view first_line() const { return first_line_; }
  std::string_view field(std::string_view lower_case_name) const;
  size_t count(std::string_view lower_case_name) const;
  int status() const;
  // After Event::head: whatever the fields say, there is no body.
  void no_body() { state_ = State::ending; }
  std::string_view piece() const { return piece_; }  // of the body; until the next call of add
  bool in_message() const { return state_ != State::head || !bytes_.empty(); }
  bool in_body() const { return state_ != State::head; }
  std::string take_rest() { return std::exchange(bytes_, {}); }

 private:
  enum class State : uint8_t { head, length, size, data, data_end, trailers, until_close, ending };
  Event read_head();
  bool take_line(std::string& line);
  Event take_piece();

  bool answers_;
  State state_ = State::head;
  std::string bytes_, piece_, first_line_;
  std::vector<std::pair<std::string, std::string>> fields_;
  uint64_t left_ = 0;
};

// Sends all of it, cut and paused as the pace says. False: the peer has gone.
async::Task<bool> send(net::Stream& stream, std::string bytes, Pace pace, uint64_t seed);

}  // namespace simulation
