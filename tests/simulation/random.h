#pragma once
// Numbers drawn from a seed: the same seed, the same story.

#include <cstdint>
#include <initializer_list>

namespace simulation {

class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}

  uint64_t next() {  // splitmix64
    uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  uint64_t below(uint64_t end) { return end == 0 ? 0 : next() % end; }
  uint64_t between(uint64_t first, uint64_t last) { return first + below(last - first + 1); }
  bool percent(uint32_t chance) { return below(100) < chance; }
  template <typename T>
  T pick(std::initializer_list<T> choices) { return choices.begin()[below(choices.size())]; }

 private:
  uint64_t state_;
};

}  // namespace simulation
