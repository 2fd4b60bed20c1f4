#include "gateway/net/clock.h"

#include <chrono>

namespace net {

uint64_t SystemClock::now_ms() {
  auto since_boot = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(since_boot).count());
}

int64_t SystemClock::wall_ms() {
  auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(since_1970).count();
}

uint64_t SystemClock::now_us() {
  auto since_boot = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(since_boot).count());
}

}  // namespace net
