#include "gateway/proxy/request_id.h"

#include <sys/random.h>

#include <bit>
#include <cstdlib>
#include <cstring>

namespace proxy {

namespace {

constexpr std::array<std::array<char, 2>, 256> make_hex_pairs() {
  std::array<std::array<char, 2>, 256> pairs{};
  for (size_t i = 0; i < 256; ++i) pairs[i] = {"0123456789abcdef"[i >> 4], "0123456789abcdef"[i & 15]};
  return pairs;
}
constexpr auto hex_pairs = make_hex_pairs();

}  // namespace

RequestIds::RequestIds() {
  if (getrandom(state_, sizeof state_, 0) != static_cast<ssize_t>(sizeof state_)) std::abort();
  state_[0] |= 1;  // the generator must not start from all zeros
}

std::array<char, 32> RequestIds::next() {
  std::array<char, 32> digits;
  char* at = digits.data();
  for (int half = 0; half < 2; ++half) {
    uint64_t word = next_word();
    for (int shift = 56; shift >= 0; shift -= 8, at += 2) std::memcpy(at, hex_pairs[(word >> shift) & 255].data(), 2);
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
