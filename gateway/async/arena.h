#pragma once
// Bump allocator of one exchange. Its first octets are its own; blocks from the thread's frame pool follow, and go back
// all at once. Views into it live exactly as long as the exchange.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <string_view>

#include "gateway/async/frame_pool.h"

namespace async {

class Arena {
 public:
  static constexpr size_t own_bytes = pooling ? 512 : 0;     // what the usual request needs
  static constexpr size_t block_bytes = pooling ? 2048 : 0;  // 0: a block for each piece

  Arena() = default;
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;
  ~Arena() {
    if (blocks_ != nullptr) free_blocks();
  }

  // Unaligned bytes: for text only.
  char* allocate(size_t bytes) {
    if (bytes > left_) grow(bytes);
    char* memory = free_;
    free_ += bytes;
    left_ -= bytes;
    return memory;
  }
  std::string_view copy(std::string_view text) {
    if (text.empty()) return {"", 0};
    char* memory = allocate(text.size());
    std::memcpy(memory, text.data(), text.size());
    return {memory, text.size()};
  }
  std::string_view join(std::initializer_list<std::string_view> parts) {
    size_t size = 0;
    for (std::string_view part : parts) size += part.size();
    if (size == 0) return {"", 0};
    char* memory = allocate(size);
    char* at = memory;
    for (std::string_view part : parts) {
      if (!part.empty()) std::memcpy(at, part.data(), part.size());
      at += part.size();
    }
    return {memory, size};
  }
  std::string_view number(uint64_t value);

 private:
  struct Block {
    Block* next;
    size_t bytes;  // this head included
  };
  void grow(size_t bytes);
  void free_blocks();

  char* free_ = own_;
  size_t left_ = own_bytes;
  Block* blocks_ = nullptr;  // the newest first
  char own_[own_bytes == 0 ? 1 : own_bytes];
};

}  // namespace async
