#pragma once
// The Admin API and the Status API as servers: listeners, threads, limits. What they answer stands in the resources.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "gateway/admin/access.h"
#include "gateway/admin/node.h"
#include "gateway/observe/log.h"
#include "gateway/observe/log_files.h"

struct ssl_ctx_st;  // OpenSSL's SSL_CTX

namespace admin {

struct Listen {
  std::string address;    // IP address
  uint16_t port = 0;      // 0: any free one
  std::string unix_path;  // instead of address and port
  bool ssl = false;
};

struct Options {
  std::vector<Listen> listens;
  // Of the TLS listeners: file paths, or the PEM text itself.
  std::string certificate, certificate_key;
  bool status_only = false;       // the Status API
  size_t connections_max = 128;   // for each listener; beyond it the slowest client has to leave
  size_t body_bytes_max = 256u << 20;
  bool latency_header = true, server_header = true;   // X-Kong-Admin-Latency, Server
  std::function<void(ssl_ctx_st*)> tune_tls;          // versions and ciphers; empty: OpenSSL's
  std::string access_log = "off";           // file, written by `log_files`
  observe::LogFiles* log_files = nullptr;   // nullptr: no access log
  observe::Log* error_log = nullptr;        // of faults of our own; nullptr: none
  Access access;
  std::string client_ca;          // clients of TLS listeners must show a certificate of one of these: file path or PEM text; empty: none
  std::string audit_log;          // file with a line for each attempt to change something; empty or "off": none
};

class Api {
 public:
  Api(Node& node, Options options);
  ~Api();

  // Binds all listeners, then serves on own threads. False with what failed; nothing listens then.
  bool start(std::vector<std::string>& errors);
  // Ends open requests' connections after their answer; returns when all threads ended.
  void stop();
  // After log rotation: the audit log; the access log belongs to `log_files`.
  void reopen_logs();
  // Where it listens, in the order of the listeners; 0 for unix sockets.
  std::vector<uint16_t> ports() const;

 private:
  struct Parts;  // keeps the HTTP library out of this header
  std::unique_ptr<Parts> parts_;
};

}  // namespace admin
