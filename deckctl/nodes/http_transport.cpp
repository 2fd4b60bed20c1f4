// The one file that knows the HTTP library.

#include <httplib.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <mutex>

#include "deckctl/nodes/transport.h"

namespace deckctl {

namespace {

constexpr size_t answer_bytes_max = 256u << 20;

// The library takes certificates only as files: PEM text becomes one that has no name.
class PemFile {
 public:
  explicit PemFile(const std::string& path_or_text) : path_(path_or_text) {
    if (path_or_text.find("-----BEGIN") == std::string::npos) return;
    descriptor_ = memfd_create("pem", MFD_CLOEXEC);
    const bool written = descriptor_ >= 0 && write(descriptor_, path_or_text.data(), path_or_text.size()) == static_cast<ssize_t>(path_or_text.size());
    path_ = written ? "/proc/self/fd/" + std::to_string(descriptor_) : std::string();
  }
  ~PemFile() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  PemFile(const PemFile&) = delete;
  PemFile& operator=(const PemFile&) = delete;

  const std::string& path() const { return path_; }
  bool readable() const { return access(path_.c_str(), R_OK) == 0; }

 private:
  std::string path_;
  int descriptor_ = -1;
};

// A hold on the connection from outside the library, whose own stop() waits for a connection that is being made.
class Grip {
 public:
  ~Grip() { drop(); }

  void take(int socket) {
    const std::lock_guard lock(mutex_);
    drop();
    // A second descriptor of the same connection: the library may close its own, and the number be another's, whenever it wants.
    socket_ = fcntl(socket, F_DUPFD_CLOEXEC, 0);
  }
  void give_up(const std::string& why) {
    const std::lock_guard lock(mutex_);
    why_ = why;
    if (socket_ >= 0) shutdown(socket_, SHUT_RDWR);
  }
  void resume() {
    const std::lock_guard lock(mutex_);
    why_.clear();
  }
  // Empty: it was not given up.
  std::string why() const {
    const std::lock_guard lock(mutex_);
    return why_;
  }

 private:
  void drop() {
    if (socket_ >= 0) close(socket_);
    socket_ = -1;
  }

  mutable std::mutex mutex_;
  int socket_ = -1;
  std::string why_;
};

std::string fault_text(httplib::Error error, int timeout_s) {
  switch (error) {
    case httplib::Error::Connection: return "cannot connect";
    case httplib::Error::ConnectionTimeout: return "no connection within " + std::to_string(timeout_s) + " s";
    case httplib::Error::Read: return "the connection ended before an answer";
    case httplib::Error::Write: return "the connection ended while the request was sent";
    case httplib::Error::SSLConnection: return "no TLS connection";
    case httplib::Error::SSLLoadingCerts: return "the CA certificate cannot be used";
    case httplib::Error::SSLServerVerification: return "its certificate is not trusted";
    case httplib::Error::Canceled: return "the answer is larger than " + std::to_string(answer_bytes_max >> 20) + " MiB";
    default: return httplib::to_string(error);
  }
}

bool before_any_byte(httplib::Error error) {
  return error == httplib::Error::Connection || error == httplib::Error::ConnectionTimeout || error == httplib::Error::SSLConnection ||
         error == httplib::Error::SSLLoadingCerts || error == httplib::Error::SSLServerVerification;
}

class HttpTransport final : public Transport {
 public:
  HttpTransport(const NodeAddress& address, std::string& wrong) : ca_(address.ca_cert), base_path_(address.base_path), timeout_s_(address.timeout_s) {
    make_client(address, wrong);
    if (!wrong.empty()) return;
    client_->set_connection_timeout(timeout_s_);
    // Whoever asks gives up first.
    client_->set_read_timeout(2 * timeout_s_);
    client_->set_write_timeout(2 * timeout_s_);
    client_->set_socket_options([this](int socket) { grip_.take(socket); });
    client_->set_keep_alive(true);
    client_->set_tcp_nodelay(true);
    if (!address.user.empty()) client_->set_basic_auth(address.user, address.password);
    for (const auto& [name, value] : address.headers) headers_.emplace(name, value);
  }

  Reply get(const std::string& path) override {
    httplib::Request request;
    request.method = "GET";
    return send(std::move(request), path);
  }

  Reply post(const std::string& path, const std::string& body, const std::string& content_type) override {
    httplib::Request request;
    request.method = "POST";
    request.body = body;
    request.headers.emplace("Content-Type", content_type);
    return send(std::move(request), path);
  }

  void give_up(const std::string& why) override { grip_.give_up(why); }
  void resume() override { grip_.resume(); }

 private:
  void make_client(const NodeAddress& address, std::string& wrong) {
    if (address.scheme == NodeAddress::Scheme::unix_socket) {
      client_ = std::make_unique<httplib::ClientImpl>(address.host, 80);
      client_->set_address_family(AF_UNIX);
      headers_.emplace("Host", "localhost");
    } else if (address.scheme == NodeAddress::Scheme::http) {
      client_ = std::make_unique<httplib::ClientImpl>(address.host, address.port);
    } else {
      make_tls_client(address, wrong);
    }
  }

  void make_tls_client(const NodeAddress& address, std::string& wrong) {
    const PemFile certificate(address.client_cert), key(address.client_key);
    if (address.client_cert.empty() != address.client_key.empty()) return void(wrong = "a client certificate and its key are needed together");
    if (!address.client_cert.empty() && !(certificate.readable() && key.readable())) return void(wrong = "the client certificate or its key cannot be read");
    if (!address.ca_cert.empty() && !ca_.readable()) return void(wrong = "the CA certificate cannot be read");
    auto tls = std::make_unique<httplib::SSLClient>(address.host, address.port, certificate.path(), key.path());
    if (!tls->is_valid()) return void(wrong = "the client certificate and its key cannot be used");
    tls->enable_server_certificate_verification(!address.tls_skip_verify);
    if (!address.ca_cert.empty()) tls->set_ca_cert_path(ca_.path());
    client_ = std::move(tls);
  }

  Reply send(httplib::Request request, const std::string& path) {
    Reply reply;
    if (reply.fault = grip_.why(); !reply.fault.empty()) return reply.may_have_arrived = false, reply;
    request.path = base_path_ + path;
    for (const auto& [name, value] : headers_) request.headers.emplace(name, value);
    request.content_receiver = [&reply](const char* data, size_t size, uint64_t, uint64_t) {
      if (reply.body.size() + size > answer_bytes_max) return false;
      reply.body.append(data, size);
      return true;
    };
    const httplib::Result result = client_->send(request);
    if (result) {
      reply.status = result->status;
    } else {
      reply.fault = grip_.why();
      if (reply.fault.empty()) reply.fault = fault_text(result.error(), timeout_s_);
      reply.may_have_arrived = !before_any_byte(result.error());
      reply.body.clear();
    }
    return reply;
  }

  const PemFile ca_;
  const std::string base_path_;
  const int timeout_s_;
  httplib::Headers headers_;
  Grip grip_;
  std::unique_ptr<httplib::ClientImpl> client_;
};

}  // namespace

std::unique_ptr<Transport> connect_http(const NodeAddress& address, std::string& wrong) {
  auto transport = std::make_unique<HttpTransport>(address, wrong);
  if (!wrong.empty()) return nullptr;
  return transport;
}

}  // namespace deckctl
