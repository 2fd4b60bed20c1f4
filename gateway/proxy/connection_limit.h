#pragma once
// How many client connections a node has: one count for all its workers, touched when a connection comes and when it goes.

#include <atomic>
#include <cstdint>
#include <utility>

namespace proxy {

class ConnectionLimit {
 public:
  // `connections_max` 0: any number; they are counted all the same.
  explicit ConnectionLimit(uint64_t connections_max) : connections_max_(connections_max) {}

  // A connection's place, given back with it. Empty: there was none.
  class Place {
   public:
    Place() = default;
    Place(Place&& other) noexcept : limit_(std::exchange(other.limit_, nullptr)) {}
    Place& operator=(Place&& other) noexcept {
      std::swap(limit_, other.limit_);
      return *this;
    }
    ~Place() {
      if (limit_ != nullptr) limit_->taken_.fetch_sub(1, std::memory_order_relaxed);
    }
    explicit operator bool() const { return limit_ != nullptr; }

   private:
    friend class ConnectionLimit;
    explicit Place(ConnectionLimit* limit) : limit_(limit) {}
    ConnectionLimit* limit_ = nullptr;
  };

  Place take() {
    if (taken_.fetch_add(1, std::memory_order_relaxed) < connections_max_ || connections_max_ == 0) return Place(this);
    taken_.fetch_sub(1, std::memory_order_relaxed);
    return {};
  }
  // For one that comes while another is on its way out.
  Place take_beyond() {
    taken_.fetch_add(1, std::memory_order_relaxed);
    return Place(this);
  }
  uint64_t taken() const { return taken_.load(std::memory_order_relaxed); }

 private:
  const uint64_t connections_max_;
  std::atomic<uint64_t> taken_{0};
};

}  // namespace proxy
