#include "gateway/net/tls_stream.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace net {

// How OpenSSL reads and writes: through the stream underneath, never a descriptor.
struct InnerBio {
  static BIO* make(TlsStream& stream) {
    static const std::unique_ptr<BIO_METHOD, void (*)(BIO_METHOD*)> method(new_method(), &BIO_meth_free);
    BIO* bio = BIO_new(method.get());
    BIO_set_data(bio, &stream);
    BIO_set_init(bio, 1);
    return bio;
  }

 private:
  static BIO_METHOD* new_method() {
    BIO_METHOD* method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "stream");
    BIO_meth_set_read(method, &read);
    BIO_meth_set_write(method, &write);
    BIO_meth_set_ctrl(method, &control);
    return method;
  }

  static TlsStream& stream_of(BIO* bio) { return *static_cast<TlsStream*>(BIO_get_data(bio)); }

  static int read(BIO* bio, char* into, int bytes) {
    BIO_clear_retry_flags(bio);
    TlsStream& stream = stream_of(bio);
    // OpenSSL always asks once more than there is; what is known to be dry needs no call into the kernel.
    if (!stream.inner_->known_readable()) {
      BIO_set_retry_read(bio);
      return -1;
    }
    Attempt attempt = stream.inner_->try_read({into, static_cast<size_t>(bytes)});
    switch (attempt.kind) {
      case Attempt::Kind::done:
        return static_cast<int>(attempt.bytes);
      case Attempt::Kind::end:
        stream.inner_ended_ = true;
        return 0;
      case Attempt::Kind::again:
        BIO_set_retry_read(bio);
        return -1;
      case Attempt::Kind::failed:
        stream.inner_error_ = attempt.error;
        return -1;
    }
    return -1;
  }

  static int write(BIO* bio, const char* from, int bytes) {
    BIO_clear_retry_flags(bio);
    TlsStream& stream = stream_of(bio);
    std::string_view part(from, static_cast<size_t>(bytes));
    Attempt attempt = stream.inner_->try_write({&part, 1}, 0);
    if (attempt.kind == Attempt::Kind::done) return static_cast<int>(attempt.bytes);
    if (attempt.kind == Attempt::Kind::again)
      BIO_set_retry_write(bio);
    else
      stream.inner_error_ = attempt.error;
    return -1;
  }

  static long control(BIO* bio, int command, long, void*) {
    if (command == BIO_CTRL_EOF) return stream_of(bio).inner_ended_;
    return command == BIO_CTRL_FLUSH;
  }
};

namespace {

Attempt failure(std::string_view what, bool closed) {
  Attempt attempt;
  attempt.kind = Attempt::Kind::failed;
  attempt.error.what = what;
  attempt.error.closed = closed;
  return attempt;
}

bool is_ip(const std::string& name) { return Address::from_ip(name, 0).has_value(); }

std::string without_brackets(const std::string& ip) { return ip.starts_with('[') ? ip.substr(1, ip.size() - 2) : ip; }

}  // namespace

bool spoke_plain_http(const async::Error& error) {
  const auto code = static_cast<unsigned long>(static_cast<unsigned>(error.code));
  return ERR_GET_LIB(code) == ERR_LIB_SSL && ERR_GET_REASON(code) == SSL_R_HTTP_REQUEST;
}

Handshake::Handshake(TlsStream& stream, uint32_t timeout_ms) : Operation(&stream, Place::reader, timeout_ms) {}

bool Handshake::attempt() {
  Attempt attempt = static_cast<TlsStream*>(stream_)->try_handshake();
  if (attempt.kind == Attempt::Kind::again) return false;
  if (attempt.kind == Attempt::Kind::failed) result_ = attempt.error;
  return true;
}

std::unique_ptr<TlsStream> TlsStream::server(std::unique_ptr<Stream> inner, const TlsContext& context) {
  std::unique_ptr<TlsStream> stream(new TlsStream(std::move(inner), context));
  SSL_set_accept_state(stream->native());
  return stream;
}

std::unique_ptr<TlsStream> TlsStream::client(std::unique_ptr<Stream> inner, const TlsContext& context,
                                             const TlsClientOptions& options) {
  std::unique_ptr<TlsStream> stream(new TlsStream(std::move(inner), context));
  SSL* ssl = stream->native();
  SSL_set_connect_state(ssl);
  const std::string& name = options.server_name;
  if (!name.empty() && is_ip(name)) {  // RFC 6066 section 3: literals are not sent
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), without_brackets(name).c_str());
  } else if (!name.empty()) {
    SSL_set_tlsext_host_name(ssl, name.c_str());
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    SSL_set1_host(ssl, name.c_str());
  }
  SSL_set_verify(ssl, options.verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
  if (options.verify_depth_max > 0) SSL_set_verify_depth(ssl, options.verify_depth_max);
  return stream;
}

TlsStream::TlsStream(std::unique_ptr<Stream> inner, const TlsContext& context)
    : Stream(inner->loop()), inner_(std::move(inner)), ssl_(SSL_new(context.native())) {
  BIO* bio = InnerBio::make(*this);
  SSL_set_bio(ssl_.get(), bio, bio);
  inner_->set_outer(this);
}

TlsStream::~TlsStream() { close(); }

void TlsStream::on_inner_change(bool readable, bool writable) {
  if (readable) starved_ = false;
  // Every edge of a socket says that it is writable too; a reader that waits for bytes need not look then.
  if (readable || read_wants_write_) notify_readable();
  if (writable || write_wants_read_) notify_writable();
}

Attempt TlsStream::outcome(int returned, std::string_view what) {
  Attempt attempt;
  switch (SSL_get_error(ssl_.get(), returned)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      return attempt;
    case SSL_ERROR_ZERO_RETURN:
      attempt.kind = Attempt::Kind::end;
      return attempt;
    case SSL_ERROR_SYSCALL:
      broken_ = true;
      break;
    default:
      broken_ = true;
      break;
  }
  if (inner_ended_) return failure("ended without close_notify", true);
  if (!inner_error_.what.empty()) {
    attempt.kind = Attempt::Kind::failed;
    attempt.error = inner_error_;
    return attempt;
  }
  attempt = failure(what, false);
  attempt.error.code = static_cast<int>(ERR_peek_error());
  attempt.error.code_of = async::CodeOf::tls;
  ERR_clear_error();
  return attempt;
}

Attempt TlsStream::try_handshake() {
  if (broken_) return failure("connection closed", true);
  ERR_clear_error();
  int returned = SSL_do_handshake(ssl_.get());
  if (returned == 1) {
    read_wants_write_ = starved_ = false;
    note_agreement();
    Attempt attempt;
    attempt.kind = Attempt::Kind::done;
    return attempt;
  }
  read_wants_write_ = SSL_want_write(ssl_.get());
  Attempt attempt = outcome(returned, "handshake");
  if (attempt.kind == Attempt::Kind::end) attempt = failure("ended in the handshake", true);
  long verified = SSL_get_verify_result(ssl_.get());
  if (attempt.kind == Attempt::Kind::failed && !attempt.error.closed && verified != X509_V_OK) {
    attempt.error.what = "certificate refused";
    attempt.error.code = static_cast<int>(verified);
    attempt.error.code_of = async::CodeOf::certificate;
  }
  return attempt;
}

void TlsStream::note_agreement() {
  established_ = true;
  SSL* ssl = ssl_.get();
  info_.version = SSL_get_version(ssl);
  info_.cipher = SSL_get_cipher_name(ssl);
  if (const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name)) info_.sni = name;
  const unsigned char* alpn = nullptr;
  unsigned bytes = 0;
  SSL_get0_alpn_selected(ssl, &alpn, &bytes);
  if (bytes > 0) info_.alpn.assign(reinterpret_cast<const char*>(alpn), bytes);
}

bool TlsStream::known_readable() const {
  if (broken_ || SSL_pending(ssl_.get()) > 0) return true;
  if (SSL_get_shutdown(ssl_.get()) & SSL_RECEIVED_SHUTDOWN) return true;
  return (!starved_ && SSL_has_pending(ssl_.get())) || inner_->known_readable();
}

Attempt TlsStream::try_read(std::span<char> into) {
  if (broken_) return failure("connection closed", true);
  ERR_clear_error();
  size_t count = 0;
  int returned = SSL_read_ex(ssl_.get(), into.data(), into.size(), &count);
  if (returned == 1) {
    starved_ = read_wants_write_ = false;
    Attempt attempt;
    attempt.kind = Attempt::Kind::done;
    attempt.bytes = count;
    return attempt;
  }
  starved_ = SSL_want_read(ssl_.get());
  read_wants_write_ = SSL_want_write(ssl_.get());
  return outcome(returned, "TLS read");
}

Attempt TlsStream::try_write(std::span<const std::string_view> parts, size_t offset) {
  if (broken_) return failure("connection closed", true);
  constexpr size_t record_bytes = 16 * 1024;
  std::string_view bytes = parts[0].substr(offset).substr(0, record_bytes);
  // Head and body go in one record: small parts are put side by side first. OpenSSL wants the same bytes when a write
  // is repeated, and gets them, since the same parts are offered again.
  Block block;
  if (parts.size() > 1 && bytes.size() < record_bytes) {
    block = loop().buffers().take();
    size_t used = 0;
    for (std::string_view part : parts) {
      part.remove_prefix(offset);
      offset = 0;
      size_t count = std::min(part.size(), block.size() - used);
      std::memcpy(block.data() + used, part.data(), count);
      used += count;
      if (used == block.size()) break;
    }
    bytes = {block.data(), used};
  }
  ERR_clear_error();
  size_t count = 0;
  int returned = SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &count);
  write_wants_read_ = false;
  if (returned == 1) {
    Attempt attempt;
    attempt.kind = Attempt::Kind::done;
    attempt.bytes = count;
    return attempt;
  }
  write_wants_read_ = SSL_want_read(ssl_.get());
  Attempt attempt = outcome(returned, "TLS write");
  return attempt.kind == Attempt::Kind::end ? failure("connection closed", true) : attempt;
}

bool TlsStream::idle_closed_or_readable() {
  if (broken_) return true;
  if (!known_readable()) return false;
  // Session tickets and key updates arrive on quiet connections too, and are no reason to drop them.
  ERR_clear_error();
  char byte;
  size_t count = 0;
  int returned = SSL_peek_ex(ssl_.get(), &byte, 1, &count);
  if (returned == 1) return true;
  starved_ = SSL_want_read(ssl_.get());
  return outcome(returned, "TLS read").kind != Attempt::Kind::again;
}

void TlsStream::shutdown_write() {
  if (established_ && !broken_) {
    ERR_clear_error();
    SSL_shutdown(ssl_.get());
  }
  inner_->shutdown_write();
}

// Without close_notify, which would vouch for what came before.
void TlsStream::abort() {
  broken_ = true;
  inner_->abort();
  end_waits("connection closed");
}

void TlsStream::close() {
  if (established_ && !broken_ && !(SSL_get_shutdown(ssl_.get()) & SSL_SENT_SHUTDOWN)) {
    ERR_clear_error();
    SSL_shutdown(ssl_.get());
  }
  broken_ = true;
  inner_->close();
  end_waits("connection closed");
}

}  // namespace net
