#pragma once
// What the node knows of an address of an upstream: how many requests it has at this moment, and how fast it answers.
// Shared by all workers, and it outlives every configuration in which the address stays.

#include <atomic>
#include <cstdint>
#include <limits>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace balancing {

// A cache line of its own: workers write to different addresses without waiting for each other.
class alignas(64) Load {
 public:
  uint32_t open() const { return open_.load(std::memory_order_relaxed); }
  void begin() { open_.fetch_add(1, std::memory_order_relaxed); }
  void end() { open_.fetch_sub(1, std::memory_order_release); }

  // An exponentially weighted moving average of milliseconds: what was `decay_ms` ago counts e times less. Without new
  // samples it sinks, so that an address that was slow once is asked again.
  static constexpr double decay_ms = 10'000;
  void sample(double took_ms, uint64_t now_ms);
  double average_ms(uint64_t now_ms) const;
  bool sampled() const { return rank() != unknown; }
  // An address nobody has asked yet: as fast as the others are.
  void presume(double average_ms, uint64_t now_ms);
  // Orders addresses as their averages do at any one moment, and needs neither that moment nor an exponential: the
  // logarithm of the average, moved on by its age.
  double rank() const { return rank_.load(std::memory_order_relaxed); }

 private:
  friend class Loads;
  static constexpr double unknown = -std::numeric_limits<double>::infinity();
  std::atomic<uint32_t> open_{0};
  uint32_t holders_ = 0;  // guarded by the mutex of Loads
  std::atomic<double> rank_{unknown};
  std::atomic<uint64_t> sampled_ms_{0};
};

// One request at an address. Whatever ends it ends the lease, be it that its client has gone.
class Lease {
 public:
  Lease() = default;
  // `now_ms`: when it begins, for those whose time is measured.
  explicit Lease(Load& load, uint64_t now_ms = unmeasured) : load_(&load), started_ms_(now_ms) { load.begin(); }
  Lease(Lease&& other) noexcept : load_(std::exchange(other.load_, nullptr)), started_ms_(other.started_ms_) {}
  Lease& operator=(Lease&& other) noexcept {
    end();
    load_ = std::exchange(other.load_, nullptr);
    started_ms_ = other.started_ms_;
    return *this;
  }
  ~Lease() { end(); }
  void end() {
    if (load_ != nullptr) std::exchange(load_, nullptr)->end();
  }

  // Its answer has begun.
  void answered(uint64_t now_ms) {
    if (measured()) note(now_ms, 0);
  }
  // It failed. One that refuses at once must not pass for the fastest.
  void failed(uint64_t now_ms) {
    if (measured()) note(now_ms, failed_as_ms);
  }
  static constexpr uint64_t failed_as_ms = 1'000;

 private:
  static constexpr uint64_t unmeasured = UINT64_MAX;
  bool measured() const { return load_ != nullptr && started_ms_ != unmeasured; }
  void note(uint64_t now_ms, uint64_t at_least_ms);
  Load* load_ = nullptr;
  uint64_t started_ms_ = 0;
};

// The loads of a node. All functions may be called from any thread.
class Loads {
 public:
  // Keeps the load of an address. Those that nobody holds and that have no requests go when there have come to be many.
  // The Loads must outlive it.
  class Hold {
   public:
    Hold(Hold&& other) noexcept : loads_(std::exchange(other.loads_, nullptr)), load_(other.load_) {}
    Hold& operator=(Hold&&) = delete;
    ~Hold() {
      if (loads_ != nullptr) loads_->let_go(*load_);
    }
    Load& operator*() const { return *load_; }
    Load* operator->() const { return load_; }

   private:
    friend class Loads;
    Hold(Loads* loads, Load* load) : loads_(loads), load_(load) {}
    Loads* loads_;
    Load* load_;
  };

  // The same address in two upstreams has two loads.
  Hold hold(std::string_view upstream_id, std::string_view address);
  size_t size() const;
  uint64_t open() const;  // requests at all addresses

 private:
  void let_go(Load& load);
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Load> all_;  // by "UPSTREAM_ID ADDRESS"
  size_t sweep_at_ = 64;
};

}  // namespace balancing
