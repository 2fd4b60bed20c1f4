#include "gateway/net/timer_wheel.h"

#include <doctest/doctest.h>

#include <map>
#include <memory>
#include <random>
#include <vector>

namespace {

struct Alarm {
  Alarm() : timer(&Alarm::ring, this) {}
  static void ring(void* self) { static_cast<Alarm*>(self)->rings++; }
  int rings = 0;
  net::Timer timer;
};

struct Span {
  uint64_t before, now;
};

struct Checked {
  Checked(Span& clock, uint64_t& fired_count) : span(clock), fired(fired_count), timer(&Checked::ring, this) {}
  static void ring(void* context) {
    auto& self = *static_cast<Checked*>(context);
    self.fired++;
    CHECK(self.timer.at_ms() <= self.span.now);
    CHECK(self.timer.at_ms() > self.span.before);
  }
  Span& span;
  uint64_t& fired;
  net::Timer timer;
};

}  // namespace

TEST_CASE("a timer fires in its tick and not before") {
  net::TimerWheel wheel(1'000);
  for (uint64_t delay : {1u, 2u, 255u, 256u, 257u, 16'383u, 16'384u, 70'000u, 2'000'000u, 80'000'000u}) {
    CAPTURE(delay);
    Alarm alarm;
    uint64_t start = 1'000;
    net::TimerWheel fresh(start);
    fresh.arm(alarm.timer, start + delay);
    fresh.advance(start + delay - 1);
    CHECK(alarm.rings == 0);
    auto next = fresh.next_ms();
    REQUIRE(next);
    CHECK(*next == start + delay);
    fresh.advance(start + delay);
    CHECK(alarm.rings == 1);
    CHECK_FALSE(fresh.next_ms());
  }
}

TEST_CASE("a disarmed or destroyed timer does not fire") {
  net::TimerWheel wheel(0);
  Alarm alarm;
  wheel.arm(alarm.timer, 10);
  alarm.timer.disarm();
  {
    Alarm gone;
    wheel.arm(gone.timer, 11);
  }
  CHECK(wheel.advance(100) == 0);
  CHECK(alarm.rings == 0);
}

TEST_CASE("a timer can be moved later and sooner") {
  net::TimerWheel wheel(0);
  Alarm alarm;
  wheel.arm(alarm.timer, 10);
  wheel.arm(alarm.timer, 500);
  wheel.advance(499);
  CHECK(alarm.rings == 0);
  wheel.advance(500);
  CHECK(alarm.rings == 1);
  wheel.arm(alarm.timer, 10'000);
  wheel.arm(alarm.timer, 600);
  wheel.advance(600);
  CHECK(alarm.rings == 2);
}

TEST_CASE("a thousand timers at random fire in order, each at its time") {
  std::mt19937_64 random(7);
  net::TimerWheel wheel(123'456);
  Span span{0, 123'456};
  uint64_t fired = 0;
  std::vector<std::unique_ptr<Checked>> timers;
  for (int i = 0; i < 1000; i++) {
    timers.push_back(std::make_unique<Checked>(span, fired));
    wheel.arm(timers.back()->timer, span.now + 1 + random() % (uint64_t{1} << (random() % 24 + 1)));
  }
  while (fired < timers.size()) {
    auto next = wheel.next_ms();
    REQUIRE(next);
    span.before = span.now;
    span.now += 1 + random() % 50'000;
    wheel.advance(span.now);
  }
  CHECK_FALSE(wheel.next_ms());
}
