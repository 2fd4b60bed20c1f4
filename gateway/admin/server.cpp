#include "gateway/admin/server.h"

#include <openssl/pem.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>

#include "gateway/admin/connection.h"

namespace admin {

namespace {

constexpr int idle_slice_ms = 100;  // how soon an idle connection notices that the server stops
constexpr int backlog = 511;
constexpr int linger_ms = 500;      // how long a client may still send after the last answer

using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
using Tls = std::unique_ptr<SSL, decltype(&SSL_free)>;

Bio open_pem(const std::string& path_or_text) {
  const bool text = path_or_text.find("-----BEGIN") != std::string::npos;
  BIO* bio = text ? BIO_new_mem_buf(path_or_text.data(), static_cast<int>(path_or_text.size())) : BIO_new_file(path_or_text.c_str(), "r");
  return Bio(bio, BIO_free);
}

// Clients must show a certificate of one of these. False: there is none in it.
bool ask_for_certificates(SSL_CTX* context, const std::string& path_or_text) {
  static constexpr unsigned char sessions[] = "admin";
  const Bio pem = open_pem(path_or_text);
  size_t count = 0;
  while (pem) {
    const std::unique_ptr<X509, decltype(&X509_free)> authority(PEM_read_bio_X509(pem.get(), nullptr, nullptr, nullptr), X509_free);
    if (!authority) break;
    if (X509_STORE_add_cert(SSL_CTX_get_cert_store(context), authority.get()) != 1 || SSL_CTX_add_client_CA(context, authority.get()) != 1) return false;
    ++count;
  }
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  return count > 0 && SSL_CTX_set_session_id_context(context, sessions, sizeof sessions - 1) == 1;
}

// Closing over bytes that were not read resets the connection, and the reset can overtake the answer (a 413 while the body still comes):
// so what the client sends is taken for a moment longer (RFC 9112 section 9.6).
void linger(int socket) {
  shutdown(socket, SHUT_WR);
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(linger_ms);
  char unread[4096];
  for (pollfd poller{socket, POLLIN, 0};;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now()).count();
    if (left <= 0 || poll(&poller, 1, static_cast<int>(left)) <= 0 || recv(socket, unread, sizeof unread, 0) <= 0) break;
  }
}

}  // namespace

TlsContext make_tls_context(const std::string& certificate, const std::string& key, const std::string& client_ca) {
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
  if (!client_ca.empty() && !ask_for_certificates(context.get(), client_ca)) return none;
  return SSL_CTX_check_private_key(context.get()) == 1 ? std::move(context) : std::move(none);
}

void Server::widen_backlog() { ::listen(svr_sock_, backlog); }

bool Server::serve(socket_t socket, SSL* tls, Seat& seat, bool& announced_end) {
  Connection connection(socket, tls, static_cast<int>(read_timeout_sec_), seat);
  bool good = true;
  for (size_t left = keep_alive_max_count_; left > 0 && good; --left) {
    seat.enter(Phase::idle);
    int idle_ms = static_cast<int>(keep_alive_timeout_sec_) * 1000;
    while (svr_sock_ != INVALID_SOCKET && idle_ms > 0 && !connection.wait(idle_slice_ms)) idle_ms -= idle_slice_ms;
    if (svr_sock_ == INVALID_SOCKET || idle_ms <= 0) return good;
    connection.begin_request();
    bool closed = false;
    good = process_request(connection, left == 1, closed, [tls](httplib::Request& request) { request.ssl = tls; });
    announced_end = closed || connection.closing() || connection.broken();
    if (announced_end) return good;
  }
  return good;
}

bool Server::process_and_close_socket(socket_t socket) {
  bool good = false, announced_end = false;
  const auto seat = seats_.take(socket);
  if (!tls_) {
    good = serve(socket, nullptr, *seat, announced_end);
  } else {
    const Tls tls(SSL_new(tls_.get()), SSL_free);
    const timeval limit{static_cast<time_t>(read_timeout_sec_), 0};
    setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    seat->block();
    const bool shaken = tls && SSL_set_fd(tls.get(), socket) == 1 && SSL_accept(tls.get()) == 1;
    seat->unblock();
    if (shaken) {
      good = serve(socket, tls.get(), *seat, announced_end);
      SSL_shutdown(tls.get());
    }
  }
  const bool polite = announced_end && !seat->ended();
  seats_.leave(seat);
  if (polite) linger(socket);
  close(socket);
  return good;
}

}  // namespace admin
