#pragma once
// Waiting for time to pass.

#include <coroutine>
#include <cstdint>

#include "gateway/async/named.h"
#include "gateway/async/ready_queue.h"
#include "gateway/net/loop.h"

namespace net {

class [[nodiscard]] Sleep : private async::Ready {
 public:
  Sleep(Loop& loop, uint64_t until_ms)
      : async::Ready(&Sleep::run), loop_(loop), until_ms_(until_ms), timer_(&Sleep::due, this) {}
  async::Named<Sleep> operator co_await() & { return async::Named(*this); }
  async::Named<Sleep> operator co_await() && = delete;

  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> waiting) {
    waiting_ = waiting;
    // A time that has passed means: let the others run first.
    if (until_ms_ <= loop_.now_ms())
      loop_.ready().push(*this);
    else
      loop_.timers().arm(timer_, until_ms_);
  }
  void await_resume() const {}

 private:
  static void due(void* self) { static_cast<Sleep*>(self)->loop_.ready().push(*static_cast<Sleep*>(self)); }
  static void run(async::Ready& self) { static_cast<Sleep&>(self).waiting_.resume(); }

  Loop& loop_;
  uint64_t until_ms_;
  Timer timer_;
  std::coroutine_handle<> waiting_;
};

// auto sleeping = sleep_for(loop, 100);
// co_await sleeping;
inline Sleep sleep_until(Loop& loop, uint64_t until_ms) { return Sleep(loop, until_ms); }
inline Sleep sleep_for(Loop& loop, uint32_t ms) { return Sleep(loop, loop.now_ms() + ms); }
// Lets everything else that is ready run first.
inline Sleep yield(Loop& loop) { return Sleep(loop, 0); }

}  // namespace net
