#pragma once
// Who is connected to an API listener, and for how long. A listener has so many seats; whoever keeps one without getting on with it loses it,
// so that slow or silent clients cannot keep others out.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <mutex>
#include <thread>
#include <vector>

#include "gateway/admin/library.h"

namespace admin {

enum class Phase : uint8_t { handshake, idle, head, body, answer };

// One connection. Written by the thread that serves it, read by whoever looks for a free seat.
class Seat {
 public:
  explicit Seat(int socket) : socket_(socket) { enter(Phase::handshake); }

  void enter(Phase phase);
  Phase phase() const { return phase_.load(std::memory_order_relaxed); }
  // The client is waited for, between these two.
  void block() { blocked_.store(true, std::memory_order_relaxed); }
  void unblock() { blocked_.store(false, std::memory_order_relaxed); }
  // It lost its seat: there is nobody to be polite to.
  bool ended() const { return ended_.load(std::memory_order_relaxed); }

 private:
  friend class Seats;
  const int socket_;
  std::atomic<Phase> phase_{Phase::handshake};
  std::atomic<int64_t> since_ms_{0};
  std::atomic<bool> blocked_{false}, ended_{false};
};

class Seats {
 public:
  // How long each phase may last: a TLS handshake or a head comes in one go, a body or an answer may be large.
  static constexpr int64_t handshake_ms_max = 10'000, head_ms_max = 10'000, body_ms_max = 300'000, answer_ms_max = 300'000;

  std::list<Seat>::iterator take(int socket);
  // Before the socket is closed: afterwards its number may be another's.
  void leave(std::list<Seat>::iterator seat);
  // Ends connections that took too long for their phase.
  void sweep();
  // Ends the connection that has been waited for longest; a request that is being worked on is left alone.
  void make_room();
  // At the end of the server: nobody is waited for any longer; answers still go out.
  void stop_waiting();

 private:
  static void end(Seat& seat);

  std::mutex mutex_;
  std::list<Seat> seats_;
};

// A thread for each connection, made when needed and kept, up to a limit.
class Threads final : public httplib::TaskQueue {
 public:
  Threads(size_t threads_max, Seats& seats) : threads_max_(threads_max), seats_(seats) {}

  // At the limit somebody is asked to leave; with a full queue the caller waits, and new clients wait in the kernel's backlog.
  void enqueue(std::function<void()> task) override;
  void shutdown() override;
  void on_idle() override;

 private:
  static constexpr size_t queued_max = 64;
  void run();

  const size_t threads_max_;
  Seats& seats_;
  std::mutex mutex_;
  std::condition_variable wake_, room_;
  std::deque<std::function<void()>> queue_;
  std::vector<std::thread> threads_;
  size_t idle_ = 0;
  bool stopping_ = false;
};

}  // namespace admin
