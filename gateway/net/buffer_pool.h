#pragma once
// Blocks that reads land in. Each loop keeps its own; a connection holds one only while it has bytes to look at.

#include <cstddef>
#include <new>
#include <span>
#include <utility>

#include "gateway/async/frame_pool.h"

namespace net {

class BufferPool;

inline constexpr size_t block_bytes = 16 * 1024;
inline constexpr size_t idle_blocks_max = async::pooling ? 1024 : 0;  // 16 MiB for each loop; more are given back to the heap

// Owns one block, or none. Must not outlive its pool.
class Block {
 public:
  Block() = default;
  Block(Block&& other) noexcept : pool_(other.pool_), bytes_(std::exchange(other.bytes_, nullptr)) {}
  Block& operator=(Block&& other) noexcept {
    if (this != &other) {
      release();
      pool_ = other.pool_;
      bytes_ = std::exchange(other.bytes_, nullptr);
    }
    return *this;
  }
  ~Block() { release(); }

  explicit operator bool() const { return bytes_ != nullptr; }
  char* data() const { return bytes_; }
  static constexpr size_t size() { return block_bytes; }
  std::span<char> span() const { return {bytes_, bytes_ ? block_bytes : 0}; }
  void release();

 private:
  friend BufferPool;
  Block(BufferPool& pool, char* bytes) : pool_(&pool), bytes_(bytes) {}
  BufferPool* pool_ = nullptr;
  char* bytes_ = nullptr;
};

class BufferPool {
 public:
  BufferPool() = default;
  BufferPool(const BufferPool&) = delete;
  BufferPool& operator=(const BufferPool&) = delete;
  ~BufferPool() {
    while (first_ != nullptr) delete[] reinterpret_cast<char*>(std::exchange(first_, first_->next));
  }

  // The bytes are not cleared.
  Block take() {
    ++in_use_;
    if (first_ == nullptr) return Block(*this, new char[block_bytes]);
    --idle_;
    return Block(*this, reinterpret_cast<char*>(std::exchange(first_, first_->next)));
  }
  size_t idle() const { return idle_; }
  size_t in_use() const { return in_use_; }

 private:
  friend Block;
  // An idle block begins with the address of the next one.
  struct Idle {
    Idle* next;
  };
  void give_back(char* bytes) {
    --in_use_;
    if (idle_ == idle_blocks_max) {
      delete[] bytes;
      return;
    }
    ++idle_;
    first_ = new (bytes) Idle{first_};
  }
  Idle* first_ = nullptr;
  size_t idle_ = 0, in_use_ = 0;
};

inline void Block::release() {
  if (bytes_ != nullptr) pool_->give_back(std::exchange(bytes_, nullptr));
}

}  // namespace net
