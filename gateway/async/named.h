#pragma once
// Lets a wait be awaited by its name only: `operator co_await() &` of the wait returns Named, `&&` is deleted.

#include <coroutine>

namespace async {

// GCC 12 copies what operator co_await returns even when that is a reference, so the wait is referred to from here.
template <typename Wait>
class Named {
 public:
  explicit Named(Wait& wait) : wait_(&wait) {}
  bool await_ready() { return wait_->await_ready(); }
  void await_suspend(std::coroutine_handle<> waiting) { wait_->await_suspend(waiting); }
  decltype(auto) await_resume() { return wait_->await_resume(); }

 private:
  Wait* wait_;
};

}  // namespace async
