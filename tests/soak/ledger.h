#pragma once
// What became of each request, by its number; written by both sides, each in its own thread.

#include <atomic>
#include <cstdint>
#include <memory>

namespace soak {

class Ledger {
 public:
  explicit Ledger(uint64_t size) : size_(size), entries_(std::make_unique<Entry[]>(size)) {}

  uint64_t size() const { return size_; }
  // An upstream has read something of it.
  void begun(uint64_t number) {
    if (number < size_) entries_[number].begun.store(true, std::memory_order_relaxed);
  }
  // An upstream has the whole of it and does what it asks for.
  void processed(uint64_t number) {
    if (number < size_) entries_[number].processed.fetch_add(1, std::memory_order_relaxed);
  }
  bool was_begun(uint64_t number) const { return entries_[number].begun.load(std::memory_order_relaxed); }
  uint32_t times_processed(uint64_t number) const { return entries_[number].processed.load(std::memory_order_relaxed); }

 private:
  struct Entry {
    std::atomic<bool> begun{false};
    std::atomic<uint8_t> processed{0};
  };
  uint64_t size_;
  std::unique_ptr<Entry[]> entries_;
};

}  // namespace soak
