#pragma once
// Request ids: 128 random bits as 32 lower-case hex digits. Random enough to be unique among nodes, not meant to be secret.

#include <array>
#include <cstdint>
#include <string_view>

namespace proxy {

class RequestIds {
 public:
  RequestIds();  // seeded by the kernel
  std::array<char, 32> next();

 private:
  uint64_t next_word();
  uint64_t state_[4];
};

}  // namespace proxy
