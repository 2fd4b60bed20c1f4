#pragma once
// A stream over a connected TCP or unix socket.

#include "gateway/net/stream.h"

namespace net {

class SocketStream final : public Stream, private Handler {
 public:
  // Takes `fd`, which must be non-blocking. TCP gets TCP_NODELAY: we write whole messages.
  SocketStream(Loop& loop, int fd, Address peer);
  ~SocketStream() override;

  int fd() const { return fd_; }
  bool idle_closed_or_readable() override;
  uint64_t written() const override { return written_; }
  bool never_arrived(uint64_t written_before) const override;
  void look_anew() override { readable_ = true; }
  void shutdown_write() override;
  void close() override;
  void abort() override;
  Address peer() const override { return peer_; }
  Address local() const override;
  Attempt try_read(std::span<char> into) override;
  Attempt try_write(std::span<const std::string_view> parts, size_t offset) override;
  bool known_readable() const override { return readable_ || ended_ || fd_ < 0; }

 private:
  void on_events(uint32_t epoll_events) override;
  void note_end(bool broken);
  ssize_t send_parts(std::span<const std::string_view> parts, size_t offset);
  int fd_;
  bool readable_ = false;  // an edge has come and no read has run dry since
  bool ended_ = false;     // the peer's end or an error is in the queue: the last edge there is
  bool was_reset_ = false;
  uint64_t written_ = 0;
  bool broken_ = false;    // in both directions
  Address peer_;
};

}  // namespace net
