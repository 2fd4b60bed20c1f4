#pragma once
// Time is passed in, so that tests can wind it by hand.

#include <cstdint>

namespace net {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual uint64_t now_ms() = 0;  // steady
  virtual int64_t wall_ms() = 0;  // since 1970
  virtual uint64_t now_us() = 0;  // as now_ms, for who measures
};

class SystemClock final : public Clock {
 public:
  uint64_t now_ms() override;
  int64_t wall_ms() override;
  uint64_t now_us() override;
};

class ManualClock final : public Clock {
 public:
  uint64_t now_ms() override { return now_; }
  int64_t wall_ms() override { return wall_at_start_ms + static_cast<int64_t>(now_); }
  uint64_t now_us() override { return now_ * 1'000; }
  void advance(uint64_t ms) { now_ += ms; }

 private:
  static constexpr int64_t wall_at_start_ms = 1'700'000'000'000;
  uint64_t now_ = 1'000;
};

}  // namespace net
