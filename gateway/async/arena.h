#pragma once
// Bump allocator of one exchange. Blocks come from a small per-thread store and go back to it all at once; views into it live
// exactly as long as the exchange.

#include <cstddef>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <string_view>
#include <vector>

namespace async {

class Arena {
 public:
  static constexpr size_t block_bytes = 4096;

  Arena() = default;
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;
  ~Arena();

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
  // Forgets everything; one block is kept for the next request of the connection.
  void reset();
  // Also gives that block back: for connections that fall idle.
  void release();

 private:
  void grow(size_t bytes);

  char* free_ = nullptr;
  size_t left_ = 0;
  std::vector<std::unique_ptr<char[]>> blocks_;  // pooled ones and, behind them, large ones
  std::vector<std::unique_ptr<char[]>> large_;
};

}  // namespace async
