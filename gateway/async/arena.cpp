#include "gateway/async/arena.h"

#include <charconv>

namespace async {

namespace {

// Spare blocks of this thread. Workers share nothing, so the store needs no lock; its size bounds what an idle thread keeps.
constexpr size_t spare_blocks_max = 256;
thread_local std::vector<std::unique_ptr<char[]>> spare_blocks;

std::unique_ptr<char[]> take_block() {
  if (spare_blocks.empty()) return std::unique_ptr<char[]>(new char[Arena::block_bytes]);
  auto block = std::move(spare_blocks.back());
  spare_blocks.pop_back();
  return block;
}

void give_back(std::unique_ptr<char[]> block) {
  if (spare_blocks.size() < spare_blocks_max) spare_blocks.push_back(std::move(block));
}

}  // namespace

Arena::~Arena() { release(); }

void Arena::grow(size_t bytes) {
  if (bytes > block_bytes) {
    large_.emplace_back(new char[bytes]);
    // The large block serves this request alone; what was left of the current block is given up.
    free_ = large_.back().get();
    left_ = bytes;
    return;
  }
  blocks_.push_back(take_block());
  free_ = blocks_.back().get();
  left_ = block_bytes;
}

std::string_view Arena::number(uint64_t value) {
  char digits[20];
  auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  return copy({digits, static_cast<size_t>(end - digits)});
}

void Arena::reset() {
  large_.clear();
  while (blocks_.size() > 1) {
    give_back(std::move(blocks_.back()));
    blocks_.pop_back();
  }
  free_ = blocks_.empty() ? nullptr : blocks_.front().get();
  left_ = blocks_.empty() ? 0 : block_bytes;
}

void Arena::release() {
  large_.clear();
  for (auto& block : blocks_) give_back(std::move(block));
  blocks_.clear();
  free_ = nullptr;
  left_ = 0;
}

}  // namespace async
