#pragma once
// Bytes received from one peer and not used yet. They sit in a pooled block that is given back while the connection is idle. What
// stands before the pin (a head whose views are in use) stays where it is until `unpin`.

#include <memory>
#include <string_view>

#include "gateway/async/result.h"
#include "gateway/async/task.h"
#include "gateway/net/buffer_pool.h"
#include "gateway/net/stream.h"

namespace proxy {

class Input {
 public:
  explicit Input(net::BufferPool& blocks) : blocks_(blocks) {}

  std::string_view unread() const { return {data_ + begin_, end_ - begin_}; }
  void consume(size_t bytes) { begin_ += bytes; }
  // All bytes before the unread ones keep their place from now on.
  void pin() { pinned_ = begin_; }
  // Nothing is in use any more: moves what is unread (pipelined requests) to the front, or gives the memory back.
  void unpin();
  // The same, and what is unread is forgotten.
  void clear() {
    begin_ = end_;
    unpin();
  }

  // Where the next read may go; makes room. Empty only when `bytes_max` octets are held already and none may be dropped.
  std::span<char> room(size_t bytes_max);
  void filled(size_t bytes) { end_ += bytes; }

 private:
  void grow(size_t bytes);

  net::BufferPool& blocks_;
  net::Block block_;                  // the usual place
  net::Block second_;                 // bodies behind a head that leaves little room
  std::unique_ptr<char[]> large_;     // heads beyond a block
  char* data_ = nullptr;
  size_t capacity_ = 0, begin_ = 0, end_ = 0, pinned_ = 0;
};

// Result<size_t>: see fill(). A wait like those of a stream, because a task for each read would cost more than the read.
class [[nodiscard]] Fill {
 public:
  Fill(net::Stream& stream, Input& input, size_t bytes_max, uint32_t timeout_ms);
  async::Named<Fill> operator co_await() & { return async::Named(*this); }
  async::Named<Fill> operator co_await() && = delete;
  bool await_ready() { return room_.empty() || read_.await_ready(); }
  void await_suspend(std::coroutine_handle<> waiting) { read_.await_suspend(waiting); }
  async::Result<size_t> await_resume();

 private:
  Input& input_;
  std::span<char> room_;
  net::Read read_;
};

// Reads more into `input`: the number of bytes, 0 at the peer's end. `bytes_max` bounds what is held at once; an error
// "input limit" when that much is there already.
inline Fill fill(net::Stream& stream, Input& input, size_t bytes_max, uint32_t timeout_ms) { return Fill(stream, input, bytes_max, timeout_ms); }

}  // namespace proxy
