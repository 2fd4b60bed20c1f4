#pragma once
// What goes wrong with single requests, in the error log: who, what, and the setting that bounds it. One for each worker.
//
// error: an upstream that fails. warn: a limit that a setting moves. info: whatever else a client does wrong. Nothing of what a request holds
// is repeated: its id leads to it in the access log. Names that an environment or a vault filled in are masked.

#include <cstdint>
#include <string_view>

#include "gateway/async/result.h"
#include "gateway/http/message.h"
#include "gateway/net/address.h"
#include "gateway/net/loop.h"

namespace observe {
class Log;
enum class Level : uint8_t;
}  // namespace observe

namespace proxy {

struct Journey;

class FaultLog {
 public:
  // Beyond that neither a hostile client nor a dead upstream fills a disk: the next line that is written says how many were left out.
  static constexpr uint32_t lines_a_second_max = 100;

  FaultLog(observe::Log& log, const net::Loop& loop) : log_(log), loop_(loop) {}

  // Requests that have no journey. HeadError::none: the head did not come in time.
  void head_refused(const net::Address& client, http::HeadError error, std::string_view request_id);
  void turned_away(const net::Address& client);
  // The client's body: too large, late, malformed, cut short.
  void body_failed(const Journey& journey, const async::Error& error);
  // One attempt at a target; `again`: another follows.
  void attempt_failed(const Journey& journey, const net::Address& target, const async::Error& error, bool again);
  // No target or no address to go to.
  void nowhere_to_go(const Journey& journey, const async::Error& error);
  // After its head had gone to the client.
  void answer_cut(const Journey& journey, const async::Error& error);

 private:
  bool may_write(observe::Level level);

  observe::Log& log_;
  const net::Loop& loop_;
  uint64_t second_ = 0;
  uint32_t lines_ = 0, left_out_ = 0;
};

}  // namespace proxy
