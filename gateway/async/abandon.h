#pragma once
// Waiting for a task that somebody may call off.

#include <cassert>
#include <coroutine>
#include <optional>

#include "gateway/async/named.h"
#include "gateway/async/ready_queue.h"
#include "gateway/async/task.h"

namespace async {

//   Abandonable<bool> serving(loop.ready(), serve(journey));
//   auto served = co_await serving;             // std::optional<bool>; empty: it was abandoned
//
// abandon() cancels the task from the ready queue and resumes whoever waits for it. It may be called from anywhere, the task itself
// included, and has no effect once the task has ended.
template <typename T>
class [[nodiscard]] Abandonable : private Ready {
 public:
  Abandonable(ReadyQueue& queue, Task<T>&& task) : Ready(&Abandonable::run), queue_(queue), task_(std::move(task)) {}
  Named<Abandonable> operator co_await() & { return Named(*this); }
  Named<Abandonable> operator co_await() && = delete;

  void abandon() {
    if (task_ && !task_.done()) queue_.push(*this);
  }

  bool await_ready() const { return task_.done(); }
  void await_suspend(std::coroutine_handle<> waiting) {
    waiting_ = waiting;
    task_.resume_at_end(waiting);
  }
  std::optional<T> await_resume() {
    withdraw();  // too late
    if (!task_) return std::nullopt;
    return task_.take();
  }

 private:
  static void run(Ready& self) {
    auto& waiting = static_cast<Abandonable&>(self);
    assert(waiting.waiting_);
    waiting.task_.cancel();
    waiting.waiting_.resume();
  }

  ReadyQueue& queue_;
  Task<T> task_;
  std::coroutine_handle<> waiting_;
};

}  // namespace async
