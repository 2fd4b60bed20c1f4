#pragma once
// A task is a function that can wait. It starts when it is called and runs until it has to wait for the first time; its
// owner awaits it, once, by name:
//
//   auto reading = read_head(stream);
//   auto head = co_await reading;
//
// Destroying a task that waits cancels it: the frame goes, its destructors run, nothing is resumed. A task must not be
// destroyed by code that it is running itself. GCC 12 frees temporaries twice when they share a statement with
// co_await; therefore only a named task can be awaited.

#include <cassert>
#include <coroutine>
#include <cstddef>
#include <exception>
#include <new>
#include <type_traits>
#include <utility>

#include "gateway/async/frame_pool.h"

namespace async {

template <typename T = void>
class Task;

namespace detail {

class PromiseBase {
 public:
  static void* operator new(size_t bytes) { return take_frame(bytes); }
  static void operator delete(void* frame, size_t bytes) noexcept { give_frame(frame, bytes); }

  std::suspend_never initial_suspend() const noexcept { return {}; }

  struct Final {
    bool await_ready() const noexcept { return false; }
    template <typename Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> self) const noexcept {
      PromiseBase& promise = self.promise();
      if (promise.finished_) {
        promise.finished_(promise.context_);
        return std::noop_coroutine();
      }
      if (promise.context_) return std::coroutine_handle<>::from_address(promise.context_);
      return std::noop_coroutine();
    }
    void await_resume() const noexcept {}
  };
  Final final_suspend() const noexcept { return {}; }

  // Nothing of ours throws; what a library throws past its caller is a bug, and ends the process where it happened.
  [[noreturn]] void unhandled_exception() const noexcept { std::terminate(); }

  void resume_at_end(std::coroutine_handle<> waiting) { context_ = waiting.address(); }
  // `finished` is called when the body has ended, while the frame still exists; it must not destroy the task.
  void call_at_end(void (*finished)(void*), void* context) {
    finished_ = finished;
    context_ = context;
  }

 private:
  void (*finished_)(void*) = nullptr;
  void* context_ = nullptr;  // of finished_; without one, the frame that awaits this task
};

// The result is constructed in the promise, never assigned: assigning makes GCC 12 warn without a reason, and needs a
// default.
template <typename T>
class Promise : public PromiseBase {
 public:
  Promise() = default;
  Promise(const Promise&) = delete;
  Promise& operator=(const Promise&) = delete;
  ~Promise() {
    if (has_result_) result()->~T();
  }
  Task<T> get_return_object();
  template <typename U = T>
  requires std::is_constructible_v<T, U&&>
  void return_value(U&& value) {
    ::new (static_cast<void*>(storage_)) T(std::forward<U>(value));
    has_result_ = true;
  }
  T take() {
    assert(has_result_);
    return std::move(*result());
  }

 private:
  T* result() { return std::launder(reinterpret_cast<T*>(storage_)); }
  alignas(T) std::byte storage_[sizeof(T)];
  bool has_result_ = false;
};

template <>
class Promise<void> : public PromiseBase {
 public:
  Task<void> get_return_object();
  void return_void() const noexcept {}
  void take() const noexcept {}
};

}  // namespace detail

template <typename T>
class [[nodiscard]] Task {
 public:
  using promise_type = detail::Promise<T>;

  Task() = default;
  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Task& operator=(Task&& other) noexcept {
    if (this != &other) {
      cancel();
      handle_ = std::exchange(other.handle_, nullptr);
    }
    return *this;
  }
  ~Task() { cancel(); }

  explicit operator bool() const { return handle_ != nullptr; }
  bool done() const { return handle_ && handle_.done(); }
  // Of a task that is done, when nobody awaits it: tests, and callers that saw done(). Once.
  T take() {
    assert(done());
    return handle_.promise().take();
  }
  // Drops the frame, whether it has finished or still waits. The task is empty afterwards.
  void cancel() {
    if (auto handle = std::exchange(handle_, nullptr)) handle.destroy();
  }
  // See PromiseBase::call_at_end. Only before the task is done, and instead of awaiting it.
  void call_at_end(void (*finished)(void*), void* context) {
    assert(handle_ && !handle_.done());
    handle_.promise().call_at_end(finished, context);
  }
  // For waits that are built around a task (see abandon.h), under the same conditions.
  void resume_at_end(std::coroutine_handle<> waiting) {
    assert(handle_ && !handle_.done());
    handle_.promise().resume_at_end(waiting);
  }

  class Awaiter {
   public:
    explicit Awaiter(std::coroutine_handle<promise_type> handle) : handle_(handle) { assert(handle); }
    bool await_ready() const noexcept { return handle_.done(); }
    void await_suspend(std::coroutine_handle<> waiting) const noexcept { handle_.promise().resume_at_end(waiting); }
    T await_resume() const { return handle_.promise().take(); }

   private:
    std::coroutine_handle<promise_type> handle_;
  };
  Awaiter operator co_await() & { return Awaiter(handle_); }
  Awaiter operator co_await() && = delete;

 private:
  friend promise_type;
  explicit Task(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
  std::coroutine_handle<promise_type> handle_;
};

template <typename T>
Task<T> detail::Promise<T>::get_return_object() {
  return Task<T>(std::coroutine_handle<Promise>::from_promise(*this));
}
inline Task<void> detail::Promise<void>::get_return_object() {
  return Task<void>(std::coroutine_handle<Promise>::from_promise(*this));
}

}  // namespace async
