#include "gateway/proxy/request_id.h"

#include <sys/random.h>

#include <bit>
#include <cstdlib>
#include <cstring>

namespace proxy {

namespace {

// The hexadecimal digits of `half`, the highest first in memory. Each step halves the groups and moves them apart, until
// every nibble has an octet of its own.
uint64_t hex_digits(uint32_t half) {
  uint64_t nibbles = half;
  nibbles = (nibbles << 16 | nibbles) & 0x0000ffff0000ffff;
  nibbles = (nibbles << 8 | nibbles) & 0x00ff00ff00ff00ff;
  nibbles = (nibbles << 4 | nibbles) & 0x0f0f0f0f0f0f0f0f;
  if constexpr (std::endian::native == std::endian::little) nibbles = __builtin_bswap64(nibbles);
  const uint64_t letters = (nibbles + 0x0606060606060606) >> 4 & 0x0101010101010101;  // 1 for ten and more
  return nibbles + 0x3030303030303030 + letters * ('a' - '0' - 10);
}

}  // namespace

RequestIds::RequestIds() {
  if (getrandom(state_, sizeof state_, 0) != static_cast<ssize_t>(sizeof state_)) std::abort();
  state_[0] |= 1;  // the generator must not start from all zeros
}

std::array<char, 32> RequestIds::next() {
  std::array<char, 32> digits;
  char* at = digits.data();
  for (int half = 0; half < 2; ++half) {
    const uint64_t word = next_word();
    const uint64_t digits_of_word[] = {hex_digits(static_cast<uint32_t>(word >> 32)), hex_digits(static_cast<uint32_t>(word))};
    std::memcpy(at, digits_of_word, sizeof digits_of_word);
    at += sizeof digits_of_word;
  }
  return digits;
}

// xoshiro256**, by its published definition (Blackman and Vigna, 2018).
uint64_t RequestIds::next_word() {
  uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
  uint64_t shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

}  // namespace proxy
