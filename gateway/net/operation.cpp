#include "gateway/net/operation.h"

#include <cassert>

#include "gateway/net/stream.h"

namespace net {

Operation::Operation(Stream* stream, Place place, uint32_t timeout_ms)
    : async::Ready(&Operation::run),
      stream_(stream),
      timer_(&Operation::timed_out, this),
      timeout_ms_(timeout_ms),
      place_(place) {}

Operation::~Operation() { leave(); }

void Operation::wait(std::coroutine_handle<> waiting, bool try_again_soon) {
  Operation*& place = place_ == Place::reader ? stream_->reader_ : stream_->writer_;
  assert(!place && "one read and one write at a time");
  waiting_ = waiting;
  place = this;
  in_place_ = true;
  Loop& loop = stream_->loop_;
  if (timeout_ms_ != no_timeout) loop.arm(timer_, timeout_ms_);
  if (try_again_soon) loop.ready().push(*this);
}

void Operation::progressed() {
  if (timer_.armed()) stream_->loop_.arm(timer_, timeout_ms_);
}

void Operation::wake() {
  if (attempt()) complete();
}

void Operation::end(async::Error error) {
  fail(error);
  complete();
}

// From here on the stream may go: the result is in this operation, which only waits for its turn.
void Operation::complete() {
  async::ReadyQueue& ready = stream_->loop_.ready();
  complete_ = true;
  leave();
  ready.push(*this);
}

void Operation::leave() {
  if (!in_place_) return;
  in_place_ = false;
  timer_.disarm();
  (place_ == Place::reader ? stream_->reader_ : stream_->writer_) = nullptr;
  stream_ = nullptr;
}

void Operation::run(async::Ready& self) {
  auto& operation = static_cast<Operation&>(self);
  if (!operation.complete_) {
    if (!operation.attempt()) return;
    operation.complete_ = true;
    operation.leave();
  }
  operation.waiting_.resume();
}

void Operation::timed_out(void* self) {
  auto& operation = *static_cast<Operation*>(self);
  async::Error error;
  error.what = "timed out";
  error.timeout = true;
  operation.end(error);
}

}  // namespace net
