#include "gateway/admin/connection.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>

namespace admin {

namespace {

constexpr std::string_view their_405 = "HTTP/1.1 405 Method Not Allowed\r\n", our_405 = "HTTP/1.1 405 Not Allowed\r\n";

void describe(const sockaddr_storage& address, std::string& ip, int& port) {
  char text[INET6_ADDRSTRLEN] = "";
  if (address.ss_family == AF_INET) {
    const auto& four = reinterpret_cast<const sockaddr_in&>(address);
    inet_ntop(AF_INET, &four.sin_addr, text, sizeof text);
    port = ntohs(four.sin_port);
  } else if (address.ss_family == AF_INET6) {
    const auto& six = reinterpret_cast<const sockaddr_in6&>(address);
    inet_ntop(AF_INET6, &six.sin6_addr, text, sizeof text);
    port = ntohs(six.sin6_port);
  }
  ip = text;
}

// A client that is waited for may lose its seat meanwhile.
class Waiting {
 public:
  explicit Waiting(Seat& seat) : seat_(seat) { seat_.block(); }
  ~Waiting() { seat_.unblock(); }

 private:
  Seat& seat_;
};

}  // namespace

Connection::Connection(int socket, SSL* tls, int timeout_s, Seat& seat) : socket_(socket), tls_(tls), seat_(seat) {
  const timeval limit{timeout_s, 0};
  setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

bool Connection::wait(int timeout_ms) const {
  if (at_ < end_ || (tls_ != nullptr && SSL_pending(tls_) > 0)) return true;
  const Waiting waiting(seat_);
  pollfd poller{socket_, POLLIN, 0};
  return poll(&poller, 1, timeout_ms) > 0;
}

void Connection::begin_request() {
  at_status_line_ = true;
  head_bytes_ = line_bytes_ = 0;
  seat_.enter(Phase::head);
}

// Sees the head go by: an empty line ends it (after the request line). False: it is too large.
bool Connection::follow_head(const char* bytes, size_t size) {
  if (seat_.phase() != Phase::head) return true;
  for (size_t i = 0; i < size; ++i) {
    const bool started = head_bytes_++ > 2;
    if (bytes[i] == '\n') {
      if (line_bytes_ == 0 && started) return seat_.enter(Phase::body), true;
      line_bytes_ = 0;
    } else if (bytes[i] != '\r') {
      ++line_bytes_;
    }
  }
  return !broken();
}

ssize_t Connection::read_some(char* to, size_t size) {
  const Waiting waiting(seat_);
  if (tls_ != nullptr) return SSL_read(tls_, to, static_cast<int>(std::min<size_t>(size, 1 << 20)));
  ssize_t got;
  do got = recv(socket_, to, size, 0);
  while (got < 0 && errno == EINTR);
  return got;
}

// The library reads heads byte by byte; large reads of bodies go past the buffer.
ssize_t Connection::read(char* to, size_t size) {
  if (at_ == end_) {
    if (size >= buffer_.size()) return read_some(to, size);
    const ssize_t got = read_some(buffer_.data(), buffer_.size());
    if (got <= 0) return got;
    at_ = 0;
    end_ = static_cast<size_t>(got);
  }
  const size_t taken = std::min(size, end_ - at_);
  std::memcpy(to, buffer_.data() + at_, taken);
  at_ += taken;
  return follow_head(to, taken) ? static_cast<ssize_t>(taken) : -1;
}

bool Connection::write_all(const char* from, size_t size) {
  if (seat_.phase() != Phase::answer) seat_.enter(Phase::answer);
  const Waiting waiting(seat_);
  while (size > 0) {
    ssize_t put;
    if (tls_ != nullptr) {
      put = SSL_write(tls_, from, static_cast<int>(std::min<size_t>(size, 1 << 20)));
    } else {
      do put = send(socket_, from, size, MSG_NOSIGNAL);
      while (put < 0 && errno == EINTR);
    }
    if (put <= 0) return false;
    from += put;
    size -= static_cast<size_t>(put);
  }
  return true;
}

ssize_t Connection::write(const char* from, size_t size) {
  const std::string_view bytes(from, size);
  const bool interim = bytes.starts_with("HTTP/1.1 100 ");
  if (at_status_line_ && !interim) {
    at_status_line_ = false;
    closing_ = bytes.substr(0, bytes.find("\r\n\r\n") + 4).find("\r\nConnection: close\r\n") != bytes.npos;  // a head comes in one write
    if (bytes.starts_with(their_405)) {
      if (!write_all(our_405.data(), our_405.size())) return -1;
      from += their_405.size();
      size -= their_405.size();
    }
  }
  return write_all(from, size) ? static_cast<ssize_t>(bytes.size()) : -1;
}

void Connection::get_remote_ip_and_port(std::string& ip, int& port) const {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  if (getpeername(socket_, reinterpret_cast<sockaddr*>(&address), &length) != 0) return;
  describe(address, ip, port);
  // Nobody has an address there, but the kernel knows who it is.
  ucred peer{};
  socklen_t size = sizeof peer;
  if (address.ss_family == AF_UNIX && getsockopt(socket_, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0) ip = "unix:uid=" + std::to_string(peer.uid);
}

void Connection::get_local_ip_and_port(std::string& ip, int& port) const {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  if (getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &length) == 0) describe(address, ip, port);
}

}  // namespace admin
