#pragma once
// cpp-httplib's server over our own connections: plain or TLS by whether there is a context.

#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "gateway/admin/library.h"
#include "gateway/admin/seats.h"

namespace admin {

using TlsContext = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;

// Certificate (with chain) and key: file paths, or the PEM text itself; so are those that a client's certificate must come from, when there are
// any. Null when they cannot be used.
TlsContext make_tls_context(const std::string& certificate, const std::string& key, const std::string& client_ca = {});

class Server final : public httplib::Server {
 public:
  // Serves up to `connections_max` clients side by side.
  Server(TlsContext tls, size_t connections_max) : tls_(std::move(tls)) {
    new_task_queue = [this, connections_max] { return new Threads(connections_max, seats_); };
    set_idle_interval(0, 250'000);  // how often connections are looked at
  }

  // After binding: the library lets only five clients wait to be accepted, so that a sixth would try again a second later.
  void widen_backlog();

 private:
  // Called on a thread of the pool; serves the connection to its end.
  bool process_and_close_socket(socket_t socket) override;
  bool serve(socket_t socket, SSL* tls, Seat& seat, bool& announced_end);

  TlsContext tls_;
  Seats seats_;
};

}  // namespace admin
