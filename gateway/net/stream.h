#pragma once
// A connection, whatever it runs over: plain socket, TLS, memory. Reads and writes are awaited by name and give a
// result when they are complete:
//
//   auto reading = stream.read(block.span(), options.header_timeout_ms);
//   auto count = co_await reading;              // Result<size_t>; 0: the peer ended its direction in order
//
// Timeouts are in ms without progress; `no_timeout` waits for ever. Errors do not know whose side the stream is on
// (Error.side): the caller does. One read (or readable) and one write at a time.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "gateway/async/named.h"
#include "gateway/async/result.h"
#include "gateway/net/address.h"
#include "gateway/net/loop.h"
#include "gateway/net/operation.h"

namespace net {

// What one non-blocking try gave.
struct Attempt {
  enum class Kind : uint8_t { done, end, again, failed };
  Kind kind = Kind::again;
  size_t bytes = 0;      // done
  async::Error error{};  // failed
};

// What a handshake agreed on. Views live as long as the stream.
struct TlsInfo {
  std::string_view version;  // "TLSv1.3"
  std::string_view cipher;   // "TLS_AES_256_GCM_SHA384"
  std::string sni;           // server side: the name the client asked for; empty without one
  std::string alpn;          // empty: none agreed
};

// Result<size_t>: bytes read, at least 1; 0 at the end. Errors: timeout; closed (reset, or closed by us).
class [[nodiscard]] Read final : public Operation {
 public:
  Read(Stream& stream, std::span<char> into, uint32_t timeout_ms);
  async::Named<Read> operator co_await() & { return async::Named(*this); }
  async::Named<Read> operator co_await() && = delete;
  bool await_ready();
  void await_suspend(std::coroutine_handle<> waiting);
  async::Result<size_t> await_resume() const { return result_; }

 private:
  bool attempt() override;
  void fail(async::Error error) override { result_ = error; }
  std::span<char> into_;
  async::Result<size_t> result_ = size_t{0};
};

// Result<void> when there is something to read, the end included. Holds no buffer, so it is how idle connections wait.
class [[nodiscard]] Readable final : public Operation {
 public:
  Readable(Stream& stream, uint32_t timeout_ms);
  async::Named<Readable> operator co_await() & { return async::Named(*this); }
  async::Named<Readable> operator co_await() && = delete;
  bool await_ready();
  void await_suspend(std::coroutine_handle<> waiting);
  async::Result<void> await_resume() const { return result_; }

 private:
  bool attempt() override;
  void fail(async::Error error) override { result_ = error; }
  async::Result<void> result_;
};

// Result<void> when every byte has been handed over. The parts must stay until then; empty parts are allowed.
class [[nodiscard]] Write final : public Operation {
 public:
  Write(Stream& stream, std::span<const std::string_view> parts, uint32_t timeout_ms);
  Write(Stream& stream, std::string_view part, uint32_t timeout_ms);
  async::Named<Write> operator co_await() & { return async::Named(*this); }
  async::Named<Write> operator co_await() && = delete;
  bool await_ready();
  void await_suspend(std::coroutine_handle<> waiting);
  async::Result<void> await_resume() const { return result_; }

 private:
  bool attempt() override;
  void fail(async::Error error) override { result_ = error; }
  std::string_view only_part_;
  std::span<const std::string_view> parts_;
  size_t offset_ = 0;  // bytes of parts_[0] that have gone
  async::Result<void> result_;
};

// Is told when the peer's end arrives, while nobody reads or whoever reads has not come that far. Only notes it: nobody's code runs inside.
class EndWatcher {
 public:
  // `broken`: in both directions (a reset); else the peer only says that it sends no more. First the one, then the other may come.
  virtual void on_end(bool broken) = 0;

 protected:
  ~EndWatcher() = default;
};

class Stream {
 public:
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  // Waits that are still there end with Error.closed.
  virtual ~Stream();

  // When nothing is known to be there, read() waits without asking the kernel; write() tries at once.
  Read read(std::span<char> into, uint32_t timeout_ms) { return Read(*this, into, timeout_ms); }
  Readable readable(uint32_t timeout_ms) { return Readable(*this, timeout_ms); }
  Write write(std::span<const std::string_view> parts, uint32_t timeout_ms) { return Write(*this, parts, timeout_ms); }
  Write write(std::string_view part, uint32_t timeout_ms) { return Write(*this, part, timeout_ms); }

  // For a connection that should be silent: the peer has ended it, or has sent what nobody asked for. Never waits.
  virtual bool idle_closed_or_readable() = 0;
  // Bytes handed over for the peer since the beginning, TLS's own included.
  virtual uint64_t written() const = 0;
  // After a failure: none of the bytes written after the first `written_before` can have been read by the peer. False: nobody knows.
  virtual bool never_arrived(uint64_t written_before) const = 0;
  // Whoever waits for bytes is told "called off", unless they have come: none is lost. Nobody waits: nothing happens.
  void call_off_read();
  // The next look asks the kernel although no edge has told of bytes: those of this very moment count too.
  virtual void look_anew() {}
  // No more bytes from us; the peer reads the end. Best effort, never waits.
  virtual void shutdown_write() = 0;
  // At once, in both directions. Waits that are still there end with Error.closed.
  virtual void close() = 0;
  // The same so that the peer cannot take it for an orderly end (TCP: a reset). Bytes on their way may be lost.
  virtual void abort() { close(); }
  // From now on, for ends that are still to come; nullptr: nobody. Costs no system call: the kernel tells of an end unasked.
  virtual void watch_end(EndWatcher* watcher) { end_watcher_ = watcher; }
  // `local` asks the kernel: once for each connection, not for each request.
  virtual Address peer() const = 0;
  virtual Address local() const = 0;
  // nullptr when this is not TLS. After the handshake.
  virtual const TlsInfo* tls() const { return nullptr; }
  Loop& loop() const { return loop_; }

  // Underneath, for operations and for layers on top of a stream.
  virtual Attempt try_read(std::span<char> into) = 0;
  // From byte `offset` of parts[0] on; `done` may mean fewer bytes than offered.
  virtual Attempt try_write(std::span<const std::string_view> parts, size_t offset) = 0;
  virtual bool known_readable() const = 0;
  // A layer on top is told in place of this stream's own waits. nullptr: nobody.
  void set_outer(Stream* outer) { outer_ = outer; }

 protected:
  explicit Stream(Loop& loop) : loop_(loop) {}
  // Called when the kernel (or the peer in memory) says that something has changed. Nobody's code runs inside.
  void notify_readable();
  void notify_writable();
  void notify_end(bool broken) {
    if (end_watcher_) end_watcher_->on_end(broken);
  }
  // TLS may need to read before it can write, so it passes either on to both.
  virtual void on_inner_change(bool /*readable*/, bool /*writable*/) {}
  void end_waits(const char* what);

 private:
  friend Operation;
  friend Read;
  friend Readable;
  friend Write;
  // Reads that are satisfied without waiting before others get their turn: 32 blocks of 16 KiB.
  static constexpr uint16_t immediate_reads_max = 32;
  bool may_read_now();

  Loop& loop_;
  Operation* reader_ = nullptr;
  Operation* writer_ = nullptr;
  Stream* outer_ = nullptr;
  EndWatcher* end_watcher_ = nullptr;
  uint16_t immediate_reads_ = 0;
};

}  // namespace net
