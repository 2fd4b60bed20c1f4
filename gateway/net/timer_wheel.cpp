#include "gateway/net/timer_wheel.h"

#include <algorithm>

namespace net {
namespace {

constexpr uint64_t range_ms = uint64_t{1} << 26;

constexpr int shift_of(int level) { return level == 0 ? 0 : 8 + 6 * (level - 1); }
constexpr int slots_of(int level) { return level == 0 ? 256 : 64; }
constexpr int first_slot_of(int level) { return level == 0 ? 0 : 256 + 64 * (level - 1); }

int slot_at(int level, uint64_t tick) {
  return first_slot_of(level) + static_cast<int>((tick >> shift_of(level)) & (slots_of(level) - 1u));
}

}  // namespace

TimerWheel::TimerWheel(uint64_t now_ms) : current_ms_(now_ms) {
  for (Timer& slot : slots_) slot.previous_ = slot.next_ = &slot;
}

TimerWheel::~TimerWheel() {
  for (Timer& slot : slots_)
    while (slot.next_ != &slot) slot.next_->disarm();
}

void TimerWheel::arm(Timer& timer, uint64_t at_ms) {
  timer.at_ms_ = at_ms;
  if (timer.armed()) {
    if (at_ms >= timer.slot_ms_) return;
    timer.disarm();
  }
  insert(timer, at_ms);
}

void TimerWheel::insert(Timer& timer, uint64_t at_ms) {
  uint64_t first = current_ms_ + 1;  // the next tick that will be looked at
  uint64_t tick = std::clamp(at_ms, first, first + range_ms - 1);
  int level = 0;
  while (level + 1 < levels && tick - first >= uint64_t{1} << shift_of(level + 1)) level++;
  timer.slot_ms_ = tick >> shift_of(level) << shift_of(level);
  append(slot_at(level, tick), timer);
}

void TimerWheel::append(int slot, Timer& timer) {
  Timer& head = slots_[slot];
  timer.previous_ = head.previous_;
  timer.next_ = &head;
  head.previous_->next_ = &timer;
  head.previous_ = &timer;
  occupied_[slot / 64] |= uint64_t{1} << (slot % 64);
}

std::optional<uint64_t> TimerWheel::next_ms() {
  std::optional<uint64_t> soonest;
  uint64_t first = current_ms_ + 1;
  for (int level = 0; level < levels; level++) {
    int base = first_slot_of(level), count = slots_of(level), shift = shift_of(level);
    uint64_t turn = first >> shift;
    // The slot of a turn that has begun was sorted when it began: what it holds now belongs a whole round later.
    bool begun = turn << shift != first;
    if (begun) turn++;
    for (int distance = 0; distance < count;) {
      int index = static_cast<int>((turn + static_cast<uint64_t>(distance)) & (count - 1u));
      int slot = base + index;
      uint64_t word = occupied_[slot / 64] >> (slot % 64);
      if (word == 0) {
        distance += 64 - slot % 64;
        continue;
      }
      int skip = __builtin_ctzll(word);
      distance += skip;
      if (distance >= count) break;
      slot += skip;
      if (is_empty(slot)) {
        occupied_[slot / 64] &= ~(uint64_t{1} << (slot % 64));
        continue;
      }
      uint64_t at = (turn + static_cast<uint64_t>(distance)) << shift;
      if (!soonest || at < *soonest) soonest = at;
      break;
    }
  }
  return soonest;
}

size_t TimerWheel::advance(uint64_t now_ms) {
  size_t count = 0;
  while (current_ms_ < now_ms) {
    auto next = next_ms();
    if (!next || *next > now_ms) {
      current_ms_ = now_ms;
      break;
    }
    uint64_t tick = *next;
    current_ms_ = tick - 1;
    for (int level = levels - 1; level > 0; level--)
      if ((tick & ((uint64_t{1} << shift_of(level)) - 1)) == 0) cascade(level);
    current_ms_ = tick;
    count += fire(slot_at(0, tick));
  }
  return count;
}

void TimerWheel::cascade(int level) {
  Timer& head = slots_[slot_at(level, current_ms_ + 1)];
  Timer* last = head.previous_;
  while (head.next_ != &head) {
    Timer& timer = *head.next_;
    bool was_last = &timer == last;
    timer.disarm();
    insert(timer, timer.at_ms_);
    if (was_last) break;  // one that is further away than the wheel reaches may have come back into this slot
  }
}

size_t TimerWheel::fire(int slot) {
  Timer& head = slots_[slot];
  if (is_empty(slot)) return 0;
  // Callbacks may arm timers into this very slot, for the next round; so take out those that are here now.
  Timer due;
  due.next_ = head.next_;
  due.previous_ = head.previous_;
  due.next_->previous_ = &due;
  due.previous_->next_ = &due;
  head.next_ = head.previous_ = &head;
  size_t count = 0;
  while (due.next_ != &due) {
    Timer& timer = *due.next_;
    timer.disarm();
    if (timer.at_ms_ > current_ms_) {
      insert(timer, timer.at_ms_);  // moved to a later time while it sat here
      continue;
    }
    count++;
    timer.callback_(timer.context_);
  }
  return count;
}

}  // namespace net
