#pragma once
// Blocks that reads land in. Each loop keeps its own; a connection holds one only while it has bytes to look at.

#include <cstddef>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace net {

class BufferPool;

inline constexpr size_t block_bytes = 16 * 1024;
inline constexpr size_t idle_blocks_max = 1024;  // 16 MiB for each loop; more are given back to the heap

// Owns one block, or none. Must not outlive its pool.
class Block {
 public:
  Block() = default;
  Block(Block&& other) noexcept : pool_(std::exchange(other.pool_, nullptr)), bytes_(std::move(other.bytes_)) {}
  Block& operator=(Block&& other) noexcept {
    if (this != &other) {
      release();
      pool_ = std::exchange(other.pool_, nullptr);
      bytes_ = std::move(other.bytes_);
    }
    return *this;
  }
  ~Block() { release(); }

  explicit operator bool() const { return bytes_ != nullptr; }
  char* data() const { return bytes_.get(); }
  static constexpr size_t size() { return block_bytes; }
  std::span<char> span() const { return {bytes_.get(), bytes_ ? block_bytes : 0}; }
  void release();

 private:
  friend BufferPool;
  Block(BufferPool& pool, std::unique_ptr<char[]> bytes) : pool_(&pool), bytes_(std::move(bytes)) {}
  BufferPool* pool_ = nullptr;
  std::unique_ptr<char[]> bytes_;
};

class BufferPool {
 public:
  // The bytes are not cleared.
  Block take() {
    ++in_use_;
    if (idle_.empty()) return Block(*this, std::unique_ptr<char[]>(new char[block_bytes]));
    Block block(*this, std::move(idle_.back()));
    idle_.pop_back();
    return block;
  }
  size_t idle() const { return idle_.size(); }
  size_t in_use() const { return in_use_; }

 private:
  friend Block;
  std::vector<std::unique_ptr<char[]>> idle_;
  size_t in_use_ = 0;
};

inline void Block::release() {
  if (!bytes_) return;
  --pool_->in_use_;
  if (pool_->idle_.size() < idle_blocks_max) pool_->idle_.push_back(std::move(bytes_));
  bytes_.reset();
}

}  // namespace net
