#include "gateway/net/memory_stream.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace net {
namespace {

Attempt closed(std::string_view what, int code) {
  Attempt attempt;
  attempt.kind = Attempt::Kind::failed;
  attempt.error.what = what;
  attempt.error.code = code;
  attempt.error.closed = true;
  return attempt;
}

}  // namespace

std::pair<std::unique_ptr<MemoryStream>, std::unique_ptr<MemoryStream>> MemoryStream::pair(Loop& loop) {
  std::unique_ptr<MemoryStream> one(new MemoryStream(loop)), two(new MemoryStream(loop));
  one->other_ = two.get();
  two->other_ = one.get();
  return {std::move(one), std::move(two)};
}

MemoryStream::~MemoryStream() { close(); }

void MemoryStream::Change::tell(async::Ready& self) {
  MemoryStream& stream = static_cast<Change&>(self).stream;
  if (stream.reset_ && !std::exchange(stream.told_reset_, true)) stream.notify_end(true);
  else if (stream.incoming_ended_ && !std::exchange(stream.told_end_, true)) stream.notify_end(false);
  stream.notify_readable();
  stream.notify_writable();
}

void MemoryStream::set_addresses(Address local, Address peer) {
  local_address_ = std::move(local);
  peer_address_ = std::move(peer);
}

void MemoryStream::put(std::string_view bytes) {
  if (!other_) return;
  other_->incoming_.append(bytes);
  other_->changed();
}

std::string MemoryStream::take() {
  if (other_) other_->changed();
  return std::exchange(incoming_, {});
}

void MemoryStream::reset() {
  for (MemoryStream* end : {this, other_}) {
    if (!end) continue;
    end->reset_ = true;
    end->incoming_.clear();
    end->changed();
  }
}

void MemoryStream::shutdown_write() {
  write_ended_ = true;
  if (!other_) return;
  other_->incoming_ended_ = true;
  other_->changed();
}

void MemoryStream::close() {
  if (closed_) return;
  closed_ = true;
  if (other_) {
    // As TCP: closing over bytes that nobody has read resets, and what is on its way to the peer is lost.
    if (!incoming_.empty()) reset();
    other_->incoming_ended_ = true;
    other_->changed();
    other_->other_ = nullptr;
    other_ = nullptr;
  }
  end_waits("connection closed");
}

Attempt MemoryStream::try_read(std::span<char> into) {
  if (closed_) return closed("connection closed", EBADF);
  if (reset_) return closed("read", ECONNRESET);
  Attempt attempt;
  if (incoming_.empty()) {
    attempt.kind = incoming_ended_ ? Attempt::Kind::end : Attempt::Kind::again;
    return attempt;
  }
  size_t count = std::min(into.size(), incoming_.size());
  if (next_segment_bytes_) count = std::min(count, std::max<size_t>(1, next_segment_bytes_()));
  std::memcpy(into.data(), incoming_.data(), count);
  incoming_.erase(0, count);
  if (other_) other_->changed();  // the window has opened
  attempt.kind = Attempt::Kind::done;
  attempt.bytes = count;
  return attempt;
}

Attempt MemoryStream::try_write(std::span<const std::string_view> parts, size_t offset) {
  if (closed_ || write_ended_) return closed("connection closed", EBADF);
  if (reset_) return closed("write", ECONNRESET);
  if (!other_) {
    // The peer is gone for good: it answers bytes with a reset, and what it had sent before is lost with that.
    reset();
    return closed("write", EPIPE);
  }
  Attempt attempt;
  for (std::string_view part : parts) {
    part.remove_prefix(offset);
    offset = 0;
    size_t room = other_->window_bytes_ - std::min(other_->window_bytes_, other_->incoming_.size());
    size_t count = std::min(room, part.size());
    other_->incoming_.append(part.substr(0, count));
    attempt.bytes += count;
    if (count < part.size()) break;
  }
  if (attempt.bytes == 0) return attempt;
  attempt.kind = Attempt::Kind::done;
  written_ += attempt.bytes;
  other_->changed();
  return attempt;
}

}  // namespace net
