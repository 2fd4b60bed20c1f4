#pragma once
// What the handshakes of one listener or one kind of upstream have in common: versions, certificates, trust. Built on
// the control thread, immutable afterwards, used by all workers.

#include <openssl/ssl.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/async/result.h"

namespace net {

class TlsContext {
 public:
  // Offers and accepts TLS 1.2 and 1.3, ALPN "http/1.1". A server needs a certificate, or a certificate callback.
  static std::unique_ptr<TlsContext> server();
  static std::unique_ptr<TlsContext> client();

  // PEM texts: the leaf first, then its issuers. Error.code is OpenSSL's.
  async::Result<void> use_certificate(std::string_view chain_pem, std::string_view key_pem);
  // Adds the certificates of a PEM text to those that peers are verified against.
  async::Result<void> trust(std::string_view authorities_pem);
  void trust_system();
  // Most wanted first.
  void set_alpn(const std::vector<std::string>& protocols);
  // Server: choose the certificate by the name the client asked for (empty: it named none), by calling SSL_use_* or
  // SSL_set_SSL_CTX on `ssl`. False refuses the handshake. Called on the workers' threads.
  using ChooseCertificate = std::function<bool(SSL* ssl, std::string_view sni)>;
  void choose_certificate(ChooseCertificate choose);
  // Server: ask clients for a certificate, verified against what is trusted; `required` refuses those without.
  void ask_client_certificate(bool required, int depth_max);

  // Everything else OpenSSL can do.
  SSL_CTX* native() const { return context_.get(); }

 private:
  struct Free {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };
  TlsContext(const SSL_METHOD* method, bool is_server);
  static int on_certificate(SSL* ssl, void* self);
  static int on_alpn(SSL* ssl, const unsigned char** out, unsigned char* out_bytes, const unsigned char* in,
                     unsigned in_bytes, void* self);

  std::unique_ptr<SSL_CTX, Free> context_;
  bool is_server_;
  std::string alpn_wire_;
  ChooseCertificate choose_;
};

}  // namespace net
