#include "gateway/admin/server.h"

#include <openssl/pem.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/admin/connection.h"

namespace admin {

namespace {

constexpr int idle_slice_ms = 100;  // how soon an idle connection notices that the server stops

using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
using Tls = std::unique_ptr<SSL, decltype(&SSL_free)>;

Bio open_pem(const std::string& path_or_text) {
  const bool text = path_or_text.find("-----BEGIN") != std::string::npos;
  BIO* bio = text ? BIO_new_mem_buf(path_or_text.data(), static_cast<int>(path_or_text.size())) : BIO_new_file(path_or_text.c_str(), "r");
  return Bio(bio, BIO_free);
}

}  // namespace

TlsContext make_tls_context(const std::string& certificate, const std::string& key) {
  TlsContext none(nullptr, SSL_CTX_free), context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  const Bio certificate_pem = open_pem(certificate), key_pem = open_pem(key);
  if (!context || !certificate_pem || !key_pem) return none;
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_mode(context.get(), SSL_MODE_AUTO_RETRY);
  const std::unique_ptr<X509, decltype(&X509_free)> leaf(PEM_read_bio_X509(certificate_pem.get(), nullptr, nullptr, nullptr), X509_free);
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> secret(PEM_read_bio_PrivateKey(key_pem.get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
  if (!leaf || !secret || SSL_CTX_use_certificate(context.get(), leaf.get()) != 1 || SSL_CTX_use_PrivateKey(context.get(), secret.get()) != 1) return none;
  while (X509* link = PEM_read_bio_X509(certificate_pem.get(), nullptr, nullptr, nullptr)) {
    if (SSL_CTX_add_extra_chain_cert(context.get(), link) != 1) X509_free(link);  // the context owns it otherwise
  }
  return SSL_CTX_check_private_key(context.get()) == 1 ? std::move(context) : std::move(none);
}

bool Server::serve(socket_t socket, SSL* tls) {
  Connection connection(socket, tls, static_cast<int>(read_timeout_sec_));
  bool good = true;
  for (size_t left = keep_alive_max_count_; left > 0 && good; --left) {
    int idle_ms = static_cast<int>(keep_alive_timeout_sec_) * 1000;
    while (svr_sock_ != INVALID_SOCKET && idle_ms > 0 && !connection.wait(idle_slice_ms)) idle_ms -= idle_slice_ms;
    if (svr_sock_ == INVALID_SOCKET || idle_ms <= 0) return good;
    connection.begin_answer();
    bool closed = false;
    good = process_request(connection, left == 1, closed, [tls](httplib::Request& request) { request.ssl = tls; });
    if (closed || connection.closing()) return good;
  }
  return good;
}

bool Server::process_and_close_socket(socket_t socket) {
  bool good = false;
  if (!tls_) {
    good = serve(socket, nullptr);
  } else {
    const Tls tls(SSL_new(tls_.get()), SSL_free);
    const timeval limit{static_cast<time_t>(read_timeout_sec_), 0};
    setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    if (tls && SSL_set_fd(tls.get(), socket) == 1 && SSL_accept(tls.get()) == 1) {
      good = serve(socket, tls.get());
      SSL_shutdown(tls.get());
    }
  }
  shutdown(socket, SHUT_RDWR);
  close(socket);
  return good;
}

}  // namespace admin
