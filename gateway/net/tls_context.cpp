#include "gateway/net/tls_context.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

namespace net {
namespace {

struct FreeOpenssl {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using Bio = std::unique_ptr<BIO, FreeOpenssl>;
using Certificate = std::unique_ptr<X509, FreeOpenssl>;
using Key = std::unique_ptr<EVP_PKEY, FreeOpenssl>;

async::Error failure(std::string_view what) {
  async::Error error;
  error.what = what;
  error.code = static_cast<int>(ERR_peek_last_error());
  error.code_of = async::CodeOf::tls;
  ERR_clear_error();
  return error;
}

Bio view(std::string_view pem) { return Bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))); }

Certificate next_certificate(BIO* pem) { return Certificate(PEM_read_bio_X509(pem, nullptr, nullptr, nullptr)); }

// Without this, OpenSSL asks for a passphrase on the terminal.
int no_passphrase(char*, int, int, void*) { return 0; }

}  // namespace

std::unique_ptr<TlsContext> TlsContext::server() {
  return std::unique_ptr<TlsContext>(new TlsContext(TLS_server_method(), true));
}

std::unique_ptr<TlsContext> TlsContext::client() {
  return std::unique_ptr<TlsContext>(new TlsContext(TLS_client_method(), false));
}

TlsContext::TlsContext(const SSL_METHOD* method, bool is_server)
    : context_(SSL_CTX_new(method)), is_server_(is_server) {
  SSL_CTX* context = context_.get();
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  // A write may be repeated from another buffer with the same bytes, and idle connections give their buffers back.
  SSL_CTX_set_mode(context,
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  // One read takes all there is, in place of one for each record's head and one for its body.
  SSL_CTX_set_read_ahead(context, 1);
  if (is_server_) {
    // One ticket is enough for clients that keep their connections; the default of two is one more write.
    SSL_CTX_set_num_tickets(context, 1);
    static constexpr unsigned char session_context[] = "gateway";
    SSL_CTX_set_session_id_context(context, session_context, sizeof session_context - 1);
    SSL_CTX_set_alpn_select_cb(context, &TlsContext::on_alpn, this);
  }
  set_alpn({"http/1.1"});
}

async::Result<void> TlsContext::use_certificate(std::string_view chain_pem, std::string_view key_pem) {
  ERR_clear_error();
  Bio chain = view(chain_pem), key_text = view(key_pem);
  Certificate leaf(PEM_read_bio_X509_AUX(chain.get(), nullptr, nullptr, nullptr));
  if (!leaf) return failure("certificate is not PEM");
  if (SSL_CTX_use_certificate(context_.get(), leaf.get()) != 1) return failure("certificate cannot be used");
  SSL_CTX_clear_chain_certs(context_.get());
  while (Certificate issuer = next_certificate(chain.get()))
    if (SSL_CTX_add1_chain_cert(context_.get(), issuer.get()) != 1) return failure("certificate chain cannot be used");
  ERR_clear_error();  // the end of the text counts as an error
  Key key(PEM_read_bio_PrivateKey(key_text.get(), nullptr, &no_passphrase, nullptr));
  if (!key) return failure("key is not PEM");
  if (SSL_CTX_use_PrivateKey(context_.get(), key.get()) != 1) return failure("key does not fit the certificate");
  return {};
}

async::Result<void> TlsContext::trust(std::string_view authorities_pem) {
  ERR_clear_error();
  Bio pem = view(authorities_pem);
  X509_STORE* store = SSL_CTX_get_cert_store(context_.get());
  bool some = false;
  while (Certificate authority = next_certificate(pem.get())) {
    some = true;
    if (X509_STORE_add_cert(store, authority.get()) != 1) return failure("authority cannot be used");
    if (is_server_) SSL_CTX_add_client_CA(context_.get(), authority.get());
  }
  if (!some) return failure("authority is not PEM");
  ERR_clear_error();
  return {};
}

void TlsContext::trust_system() { SSL_CTX_set_default_verify_paths(context_.get()); }

void TlsContext::set_alpn(const std::vector<std::string>& protocols) {
  alpn_wire_.clear();
  for (const std::string& protocol : protocols) {
    alpn_wire_.push_back(static_cast<char>(protocol.size()));
    alpn_wire_ += protocol;
  }
  if (!is_server_)
    SSL_CTX_set_alpn_protos(context_.get(), reinterpret_cast<const unsigned char*>(alpn_wire_.data()),
                            static_cast<unsigned>(alpn_wire_.size()));
}

void TlsContext::choose_certificate(ChooseCertificate choose) {
  choose_ = std::move(choose);
  SSL_CTX_set_cert_cb(context_.get(), &TlsContext::on_certificate, this);
}

void TlsContext::ask_client_certificate(bool required, int depth_max) {
  SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER | (required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0), nullptr);
  SSL_CTX_set_verify_depth(context_.get(), depth_max);
}

int TlsContext::on_certificate(SSL* ssl, void* self) {
  const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  return static_cast<TlsContext*>(self)->choose_(ssl, name ? name : "") ? 1 : 0;
}

// Our order decides. A client that offers nothing we speak goes on without ALPN, as HTTP/1.1 clients did before it.
int TlsContext::on_alpn(SSL*, const unsigned char** out, unsigned char* out_bytes, const unsigned char* in,
                        unsigned in_bytes, void* self) {
  const std::string& ours = static_cast<TlsContext*>(self)->alpn_wire_;
  unsigned char* chosen = nullptr;
  int agreed = SSL_select_next_proto(&chosen, out_bytes, reinterpret_cast<const unsigned char*>(ours.data()),
                                     static_cast<unsigned>(ours.size()), in, in_bytes);
  if (agreed != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_NOACK;
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

}  // namespace net
