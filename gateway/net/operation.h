#pragma once
// The part that all waits on a stream share: a place in the stream, a deadline, and the coroutine to resume.

#include <coroutine>
#include <cstdint>

#include "gateway/async/ready_queue.h"
#include "gateway/async/result.h"
#include "gateway/net/timer_wheel.h"

namespace net {

class Stream;

inline constexpr uint32_t no_timeout = UINT32_MAX;

// Destroying it (with the frame it waits in) withdraws the wait.
class Operation : private async::Ready {
 public:
  Operation(const Operation&) = delete;
  Operation& operator=(const Operation&) = delete;

 protected:
  enum class Place : uint8_t { reader, writer };
  Operation(Stream* stream, Place place, uint32_t timeout_ms);
  virtual ~Operation();

  // Tries without waiting. True: the result is there.
  virtual bool attempt() = 0;
  virtual void fail(async::Error error) = 0;

  // Takes the place in the stream and arms the deadline. `try_again_soon`: the stream may still be ready, but others go
  // first.
  void wait(std::coroutine_handle<> waiting, bool try_again_soon);
  // Some bytes have gone: the deadline starts anew.
  void progressed();
  // Withdraws the wait, if there is one.
  void leave();
  Stream* stream_;  // nullptr once the wait has ended

 private:
  friend Stream;
  void wake();                   // the stream may be ready
  void end(async::Error error);  // the stream is closed or destroyed
  void complete();
  static void run(async::Ready& self);
  static void timed_out(void* self);

  std::coroutine_handle<> waiting_;
  Timer timer_;
  uint32_t timeout_ms_;
  Place place_;
  bool in_place_ = false;  // the stream knows of this wait
  bool complete_ = false;
};

}  // namespace net
