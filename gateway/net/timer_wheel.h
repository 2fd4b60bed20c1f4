#pragma once
// Many timers, most of which never fire: arming, moving and cancelling one is a few stores.

#include <array>
#include <cstdint>
#include <optional>

namespace net {

class TimerWheel;

// An intrusive entry. Destroying it disarms it. The callback may destroy its own timer, and arm or disarm any.
class Timer {
 public:
  using Callback = void (*)(void* context);
  Timer(Callback callback, void* context) : callback_(callback), context_(context) {}
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  ~Timer() { disarm(); }

  bool armed() const { return next_ != nullptr; }
  uint64_t at_ms() const { return at_ms_; }
  void disarm() {
    if (!next_) return;
    previous_->next_ = next_;
    next_->previous_ = previous_;
    previous_ = next_ = nullptr;
  }

 private:
  friend TimerWheel;
  Timer() : callback_(nullptr), context_(nullptr) {}  // head of a slot
  Callback callback_;
  void* context_;
  Timer* previous_ = nullptr;
  Timer* next_ = nullptr;
  uint64_t at_ms_ = 0;
  uint64_t slot_ms_ = 0;  // when the slot it sits in is looked at; at_ms_ may be later
};

// One tick is 1 ms. Level 0 has 256 slots of one tick, three levels above have 64 slots each, so 2^26 ms (18 h) ahead
// are exact; what is further away waits in the last slot and is sorted again.
class TimerWheel {
 public:
  explicit TimerWheel(uint64_t now_ms);
  ~TimerWheel();

  // An armed timer is moved; moving it to a later time is one store, since its slot is looked at again when it comes
  // up. A time that has passed fires at the next advance().
  void arm(Timer& timer, uint64_t at_ms);
  // Runs everything due up to `now_ms`, in the order of time. Returns how many callbacks ran.
  size_t advance(uint64_t now_ms);
  // When advance() should be called next at the latest: never later than the first timer, perhaps earlier. Empty:
  // nothing armed.
  std::optional<uint64_t> next_ms();

 private:
  static constexpr int levels = 4;
  static constexpr int slot_count = 256 + 3 * 64;
  void insert(Timer& timer, uint64_t at_ms);
  void append(int slot, Timer& timer);
  void cascade(int level);
  size_t fire(int slot);
  bool is_empty(int slot) const { return slots_[slot].next_ == &slots_[slot]; }

  uint64_t current_ms_;  // the last tick that has been looked at
  Timer slots_[slot_count];
  std::array<uint64_t, slot_count / 64> occupied_{};  // a set bit may be out of date, a clear one is not
};

}  // namespace net
