#pragma once
// Signals as events of the control loop, never as interruptions.

#include <functional>

#include "gateway/net/loop.h"

namespace runtime {

class Signals final : private net::Handler {
 public:
  using OnSignal = std::function<void(int signal)>;
  // Blocks HUP, TERM, INT, QUIT and USR1 for this thread and those it starts from now on: construct it before any thread.
  Signals();
  ~Signals();
  // Hands each signal to `on_signal` on the loop's thread.
  void watch(net::Loop& loop, OnSignal on_signal);

 private:
  void on_events(uint32_t epoll_events) override;

  int descriptor_ = -1;
  net::Loop* loop_ = nullptr;
  OnSignal on_signal_;
};

}  // namespace runtime
