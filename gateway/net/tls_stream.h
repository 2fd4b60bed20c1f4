#pragma once
// TLS on top of any stream.

#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "gateway/net/stream.h"
#include "gateway/net/tls_context.h"

namespace net {

struct TlsClientOptions {
  std::string server_name;  // SNI, and what the certificate must be for; an IP literal is verified but not sent as SNI
  bool verify = true;
  int verify_depth_max = 0;  // 0: OpenSSL's own
};

class TlsStream;

// True when a failed handshake's error says that the client sent a plain HTTP request.
bool spoke_plain_http(const async::Error& error);

// Result<void>. Errors: timeout; closed; else `what` says what failed and `code` is OpenSSL's error or, when the
// certificate was refused, its X509 verification result.
class [[nodiscard]] Handshake final : public Operation {
 public:
  Handshake(TlsStream& stream, uint32_t timeout_ms);
  async::Named<Handshake> operator co_await() & { return async::Named(*this); }
  async::Named<Handshake> operator co_await() && = delete;
  bool await_ready() { return attempt(); }
  void await_suspend(std::coroutine_handle<> waiting) { wait(waiting, false); }
  async::Result<void> await_resume() const { return result_; }

 private:
  bool attempt() override;
  void fail(async::Error error) override { result_ = error; }
  async::Result<void> result_;
};

class TlsStream final : public Stream {
 public:
  // The context must outlive the stream. handshake() comes first, then reads and writes.
  static std::unique_ptr<TlsStream> server(std::unique_ptr<Stream> inner, const TlsContext& context);
  static std::unique_ptr<TlsStream> client(std::unique_ptr<Stream> inner, const TlsContext& context,
                                           const TlsClientOptions& options);
  ~TlsStream() override;

  Handshake handshake(uint32_t timeout_ms) { return Handshake(*this, timeout_ms); }
  SSL* native() const { return ssl_.get(); }
  // The stream underneath, for an answer to a peer that turned out not to speak TLS.
  Stream& inner() { return *inner_; }

  bool idle_closed_or_readable() override;
  uint64_t written() const override { return inner_->written(); }
  bool never_arrived(uint64_t written_before) const override { return inner_->never_arrived(written_before); }
  void look_anew() override { inner_->look_anew(); }
  void shutdown_write() override;
  void close() override;
  void abort() override;
  // An end of the connection counts, not close_notify: that one comes in order, among the bytes.
  void watch_end(EndWatcher* watcher) override { inner_->watch_end(watcher); }
  Address peer() const override { return inner_->peer(); }
  Address local() const override { return inner_->local(); }
  const TlsInfo* tls() const override { return info_.version.empty() ? nullptr : &info_; }
  Attempt try_read(std::span<char> into) override;
  Attempt try_write(std::span<const std::string_view> parts, size_t offset) override;
  bool known_readable() const override;

 private:
  friend Handshake;
  struct Free {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };
  TlsStream(std::unique_ptr<Stream> inner, const TlsContext& context);
  void on_inner_change(bool readable, bool writable) override;
  Attempt try_handshake();
  Attempt outcome(int returned, std::string_view what);
  friend struct InnerBio;
  void note_agreement();

  std::unique_ptr<Stream> inner_;
  std::unique_ptr<SSL, Free> ssl_;
  TlsInfo info_;
  async::Error inner_error_{};  // the last failure underneath
  bool inner_ended_ = false;
  // OpenSSL holds part of a record and has asked for the rest: what it buffers is nothing to read yet.
  bool starved_ = false;
  bool read_wants_write_ = false, write_wants_read_ = false;
  bool established_ = false;
  bool broken_ = false;  // OpenSSL forbids another call, SSL_shutdown included, after a fatal error
};

}  // namespace net
