#pragma once
// Two ends of a connection that never leaves memory: for tests and simulations.

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "gateway/net/stream.h"

namespace net {

class MemoryStream final : public Stream {
 public:
  // Each end may be destroyed first; the other then reads the end.
  static std::pair<std::unique_ptr<MemoryStream>, std::unique_ptr<MemoryStream>> pair(Loop& loop);
  ~MemoryStream() override;

  // How many bytes the next read of this end gives at most; asked for each read. Default: all that is there.
  void set_segments(std::function<size_t()> next_segment_bytes) { next_segment_bytes_ = std::move(next_segment_bytes); }
  // How many unread bytes this end takes before the peer's writes wait. Default: 64 KiB.
  void set_window_bytes(size_t bytes) { window_bytes_ = bytes; }
  // Both ends see a reset: reads and writes fail with Error.closed, and bytes under way are lost.
  void reset();
  void set_addresses(Address local, Address peer);
  // Without waiting, for tests that are no coroutines: hands bytes to the peer, and takes what has come for this end.
  void put(std::string_view bytes);
  std::string take();
  bool peer_ended() const { return incoming_ended_; }

  bool idle_closed_or_readable() override { return known_readable(); }
  uint64_t written() const override { return written_; }
  bool never_arrived(uint64_t written_before) const override { return written_ == written_before; }
  void shutdown_write() override;
  void close() override;
  void abort() override {
    reset();
    close();
  }
  Address peer() const override { return peer_address_; }
  Address local() const override { return local_address_; }
  Attempt try_read(std::span<char> into) override;
  Attempt try_write(std::span<const std::string_view> parts, size_t offset) override;
  bool known_readable() const override { return closed_ || reset_ || incoming_ended_ || !incoming_.empty(); }

 private:
  // Waits are told from the ready queue: a write must not run into the peer's read, and that into this write again.
  struct Change : async::Ready {
    explicit Change(MemoryStream& owner) : async::Ready(&Change::tell), stream(owner) {}
    static void tell(async::Ready& self);
    MemoryStream& stream;
  };
  explicit MemoryStream(Loop& loop) : Stream(loop), change_(*this) {}
  void changed() { loop().ready().push(change_); }

  Change change_;
  MemoryStream* other_ = nullptr;
  std::string incoming_;
  size_t window_bytes_ = 64 * 1024;
  uint64_t written_ = 0;
  std::function<size_t()> next_segment_bytes_;
  bool incoming_ended_ = false, write_ended_ = false, closed_ = false, reset_ = false;
  bool told_end_ = false, told_reset_ = false;
  Address local_address_, peer_address_;
};

}  // namespace net
