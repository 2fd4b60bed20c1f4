#include "gateway/proxy/input.h"

#include <algorithm>
#include <cstring>

namespace proxy {

namespace {
// Below this a read is not worth its system call, so a fresh block is taken instead.
constexpr size_t worthwhile_bytes = 2048;
}  // namespace

void Input::unpin() {
  std::string_view rest = unread();
  if (rest.empty()) {
    block_.release();
    second_.release();
    large_.reset();
    data_ = nullptr;
    capacity_ = begin_ = end_ = pinned_ = 0;
    return;
  }
  std::memmove(data_, rest.data(), rest.size());
  begin_ = pinned_ = 0;
  end_ = rest.size();
}

std::span<char> Input::room(size_t bytes_max) {
  if (data_ == nullptr) {
    block_ = blocks_.take();
    data_ = block_.data();
    capacity_ = block_.size();
    begin_ = end_ = pinned_ = 0;
  }
  if (begin_ == end_) begin_ = end_ = pinned_;  // nothing unread: the space behind the pin is free again
  if (capacity_ - end_ < worthwhile_bytes) {
    size_t held = end_ - begin_;
    if (pinned_ > 0 && held < worthwhile_bytes && !second_) {
      // The head keeps its block; the body goes on in another.
      second_ = blocks_.take();
      std::memcpy(second_.data(), data_ + begin_, held);
      data_ = second_.data();
      capacity_ = second_.size();
      begin_ = pinned_ = 0;
      end_ = held;
    } else if (begin_ > pinned_) {
      std::memmove(data_ + pinned_, data_ + begin_, held);
      begin_ = pinned_;
      end_ = pinned_ + held;
    } else if (pinned_ == 0 && capacity_ < bytes_max) {
      grow(bytes_max);
    }
  }
  if (end_ - begin_ >= bytes_max) return {};
  return {data_ + end_, std::min(capacity_ - end_, bytes_max - (end_ - begin_))};
}

void Input::grow(size_t bytes) {
  std::unique_ptr<char[]> larger(new char[bytes]);
  size_t held = end_ - begin_;
  std::memcpy(larger.get(), data_ + begin_, held);
  large_ = std::move(larger);
  block_.release();
  data_ = large_.get();
  capacity_ = bytes;
  begin_ = 0;
  end_ = held;
}

Fill::Fill(net::Stream& stream, Input& input, size_t bytes_max, uint32_t timeout_ms)
    : input_(input), room_(input.room(bytes_max)), read_(stream, room_, timeout_ms) {}

async::Result<size_t> Fill::await_resume() {
  if (room_.empty()) return async::Error{.side = async::Side::us, .what = "input limit"};
  async::Result<size_t> got = read_.await_resume();
  if (got) input_.filled(*got);
  return got;
}

}  // namespace proxy
