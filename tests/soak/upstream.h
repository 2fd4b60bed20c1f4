#pragma once
// An upstream that answers requests with their number, and ends its connections at moments of its own choice.

#include <atomic>
#include <cstdint>
#include <memory>
#include <random>
#include <set>
#include <vector>

#include "tests/soak/ledger.h"
#include "tests/soak/poller.h"

namespace soak {

// How connections end. Only ones that have served: a kept connection is where the race is, and a new one always
// answers.
enum class Habit : uint8_t {
  steady,  // never
  ends,    // in order, soon after an answer
  resets,  // by a reset, soon after an answer
  breaks   // after it has read a request in part or as a whole, in order or by a reset
};

// From before a call to after it.
struct Span {
  Clock::time_point begin, end;
};

class Upstream final : public Peer {
 public:
  Upstream(Poller& poller, Habit habit, Ledger& ledger);
  ~Upstream() override;
  uint16_t port() const { return port_; }
  uint64_t connections() const { return connections_.load(std::memory_order_relaxed); }  // accepted
  uint64_t endings() const { return endings_.load(std::memory_order_relaxed); }          // by its habit
  // In the order of time; when the thread that serves has ended.
  const std::vector<Span>& resets() const { return resets_; }

 private:
  class Connection;
  void on_events() override;
  void bury(Connection& connection);

  Poller& poller_;
  Habit habit_;
  Ledger& ledger_;
  uint16_t port_ = 0;  // before the listener, which sets it
  int listener_;
  std::mt19937_64 random_;
  std::atomic<uint64_t> connections_{0}, endings_{0};
  std::vector<Span> resets_;
  std::set<std::unique_ptr<Connection>, std::less<>> open_;
};

}  // namespace soak
