#include "gateway/async/arena.h"

#include <algorithm>
#include <charconv>
#include <new>

namespace async {

void Arena::grow(size_t bytes) {
  // What was left of the last block is given up.
  const size_t whole = std::max(block_bytes, sizeof(Block) + bytes);
  blocks_ = new (take_frame(whole)) Block{blocks_, whole};
  free_ = reinterpret_cast<char*>(blocks_ + 1);
  left_ = whole - sizeof(Block);
}

void Arena::free_blocks() {
  while (Block* block = blocks_) {
    blocks_ = block->next;
    give_frame(block, block->bytes);
  }
}

std::string_view Arena::number(uint64_t value) {
  if (value < 10) return {&"0123456789"[value], 1};
  char digits[20];
  auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  return copy({digits, static_cast<size_t>(end - digits)});
}

}  // namespace async
