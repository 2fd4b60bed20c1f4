#include "gateway/net/stream.h"

namespace net {

Stream::~Stream() { end_waits("connection closed"); }

void Stream::end_waits(const char* what) {
  async::Error error;
  error.what = what;
  error.closed = true;
  if (reader_) reader_->end(error);
  if (writer_) writer_->end(error);
}

void Stream::call_off_read() {
  async::Error error;
  error.what = "called off";
  if (reader_) reader_->end(error);
}

void Stream::notify_readable() {
  if (outer_) outer_->on_inner_change(true, false);
  if (reader_) reader_->wake();
}

void Stream::notify_writable() {
  if (outer_) outer_->on_inner_change(false, true);
  if (writer_) writer_->wake();
}

bool Stream::may_read_now() {
  // A peer that sends without a pause must not keep the others waiting.
  if (known_readable() && ++immediate_reads_ <= immediate_reads_max) return true;
  immediate_reads_ = 0;
  return false;
}

Read::Read(Stream& stream, std::span<char> into, uint32_t timeout_ms)
    : Operation(&stream, Place::reader, timeout_ms), into_(into) {}

bool Read::await_ready() { return stream_->may_read_now() && attempt(); }

void Read::await_suspend(std::coroutine_handle<> waiting) { wait(waiting, stream_->known_readable()); }

bool Read::attempt() {
  Attempt attempt = stream_->try_read(into_);
  switch (attempt.kind) {
    case Attempt::Kind::again:
      return false;
    case Attempt::Kind::done:
      result_ = attempt.bytes;
      break;
    case Attempt::Kind::end:
      result_ = size_t{0};
      break;
    case Attempt::Kind::failed:
      result_ = attempt.error;
      break;
  }
  return true;
}

Readable::Readable(Stream& stream, uint32_t timeout_ms) : Operation(&stream, Place::reader, timeout_ms) {}

bool Readable::await_ready() { return stream_->may_read_now(); }

void Readable::await_suspend(std::coroutine_handle<> waiting) { wait(waiting, stream_->known_readable()); }

bool Readable::attempt() { return stream_->known_readable(); }

Write::Write(Stream& stream, std::span<const std::string_view> parts, uint32_t timeout_ms)
    : Operation(&stream, Place::writer, timeout_ms), parts_(parts) {}

Write::Write(Stream& stream, std::string_view part, uint32_t timeout_ms)
    : Operation(&stream, Place::writer, timeout_ms), only_part_(part), parts_(&only_part_, 1) {}

bool Write::await_ready() { return attempt(); }

void Write::await_suspend(std::coroutine_handle<> waiting) { wait(waiting, false); }

bool Write::attempt() {
  bool some = false;
  while (true) {
    while (!parts_.empty() && offset_ >= parts_[0].size()) {
      offset_ -= parts_[0].size();
      parts_ = parts_.subspan(1);
    }
    if (parts_.empty()) return true;
    Attempt attempt = stream_->try_write(parts_, offset_);
    switch (attempt.kind) {
      case Attempt::Kind::done:
        offset_ += attempt.bytes;
        some = true;
        continue;
      case Attempt::Kind::again:
        if (some) progressed();
        return false;
      case Attempt::Kind::end:
      case Attempt::Kind::failed:
        result_ = attempt.error;
        return true;
    }
  }
}

}  // namespace net
