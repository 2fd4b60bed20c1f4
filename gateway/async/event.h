#pragma once
// One coroutine waits until somebody else says that it may go on.

#include <cassert>
#include <coroutine>

#include "gateway/async/named.h"
#include "gateway/async/ready_queue.h"

namespace async {

// auto waiting = event.wait();
// co_await waiting;
// A set event stays set until reset(). The waiter resumes from the ready queue, not inside set(). Must outlive the
// wait.
class Event {
 public:
  explicit Event(ReadyQueue& queue) : queue_(queue) {}
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  ~Event() { assert(!waiter_); }

  bool is_set() const { return set_; }
  void reset() { set_ = false; }
  void set() {
    set_ = true;
    if (waiter_) queue_.push(*waiter_);
  }

  class [[nodiscard]] Wait : private Ready {
   public:
    explicit Wait(Event& event) : Ready(&Wait::run), event_(event) {}
    ~Wait() {
      if (event_.waiter_ == this) event_.waiter_ = nullptr;
    }
    Named<Wait> operator co_await() & { return Named(*this); }
    Named<Wait> operator co_await() && = delete;

    bool await_ready() const { return event_.set_; }
    void await_suspend(std::coroutine_handle<> waiting) {
      assert(!event_.waiter_);
      waiting_ = waiting;
      event_.waiter_ = this;
    }
    void await_resume() const {}

   private:
    friend Event;
    static void run(Ready& ready) {
      Wait& self = static_cast<Wait&>(ready);
      self.event_.waiter_ = nullptr;
      self.waiting_.resume();
    }
    Event& event_;
    std::coroutine_handle<> waiting_;
  };
  // At most one wait at a time.
  Wait wait() { return Wait(*this); }

 private:
  friend Wait;
  ReadyQueue& queue_;
  Wait* waiter_ = nullptr;
  bool set_ = false;
};

}  // namespace async
