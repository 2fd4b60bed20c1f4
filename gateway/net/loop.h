#pragma once
// The event loop of one thread: sockets by epoll, timers by a wheel, messages from other threads by a mailbox.

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "gateway/async/ready_queue.h"
#include "gateway/async/scope.h"
#include "gateway/async/task.h"
#include "gateway/net/buffer_pool.h"
#include "gateway/net/clock.h"
#include "gateway/net/timer_wheel.h"

namespace net {

// Something with a file descriptor. It only notes what has become possible and queues who waits for it; nobody's code
// runs while events are handed out, so a handler never goes away in the middle of a batch except by its own fault.
class Handler {
 public:
  virtual void on_events(uint32_t epoll_events) = 0;

 protected:
  ~Handler() = default;
};

// Everything but post() and stop() belongs to the thread that calls run(). Everything that uses a loop must be gone
// before it.
class Loop {
 public:
  Loop();  // on the system's clock
  explicit Loop(Clock& clock);
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Runs turns until stop(). The turn in which stop() is seen is finished.
  void run();
  // From any thread, or from inside.
  void stop();
  // One turn: waits at most `wait_ms_max` for something to happen (less when a timer is due), then handles it. False
  // when nothing happened. With a hand-wound clock use 0.
  bool turn(uint32_t wait_ms_max);
  // Turns without waiting until nothing happens any more: for tests.
  void run_until_idle();

  // Read once each turn.
  uint64_t now_ms() const { return now_ms_; }
  int64_t wall_ms() const { return wall_ms_; }
  // Asks the clock at each call.
  uint64_t exact_us() const { return clock_.now_us(); }

  // From any thread: runs `message` on the loop's thread, in the order of posting. Messages that the loop never gets to
  // run are destroyed with it.
  void post(std::function<void()> message);
  // At the end of this turn, after everything that has become ready.
  void defer(std::function<void()> callback);
  // Keeps a task nobody awaits; cancelled when the loop is destroyed.
  void spawn(async::Task<>&& task) { scope_.spawn(std::move(task)); }
  async::Scope& scope() { return scope_; }

  async::ReadyQueue& ready() { return ready_; }
  TimerWheel& timers() { return timers_; }
  BufferPool& buffers() { return buffers_; }
  void arm(Timer& timer, uint32_t after_ms) { timers_.arm(timer, now_ms_ + after_ms); }

  // `epoll_events` as epoll_ctl takes them (EPOLLET is the caller's choice). False: the kernel refused, errno says why.
  bool watch(int fd, uint32_t epoll_events, Handler& handler);
  bool modify(int fd, uint32_t epoll_events);
  // No more events for `fd`, also none of the batch at hand.
  void unwatch(int fd);
  // The same without telling the kernel: for a descriptor that is closed right afterwards.
  void forget(int fd);

 private:
  struct Watch {
    Handler* handler = nullptr;
    uint32_t generation = 0;  // events of an earlier owner of the same descriptor are recognised by it
  };
  void read_clock();
  bool run_messages();
  bool run_ready();
  int wait_ms(uint32_t wait_ms_max);

  std::unique_ptr<Clock> own_clock_;
  Clock& clock_;
  uint64_t now_ms_ = 0;
  int64_t wall_ms_ = 0;
  int epoll_ = -1;
  int wake_ = -1;  // eventfd
  bool running_ = false;
  std::vector<Watch> watches_;  // by descriptor
  std::vector<std::function<void()>> deferred_;
  std::mutex mailbox_mutex_;
  std::vector<std::function<void()>> mailbox_;  // guarded by mailbox_mutex_
  BufferPool buffers_;
  TimerWheel timers_;
  async::ReadyQueue ready_;
  async::Scope scope_;  // last: its tasks use all of the above while they go
};

}  // namespace net
