#include "tests/soak/sockets.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace soak {

namespace {

sockaddr_in loopback(uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

void send_at_once(int descriptor) {
  const int on = 1;
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

}  // namespace

int listen_on_loopback(uint16_t& port) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  if (bind(listener, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(listener, 4096) != 0) return -1;
  getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  port = ntohs(address.sin_port);
  return listener;
}

int connect_to(uint16_t port) {
  const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(port);
  if (connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 && errno != EINPROGRESS) {
    close(descriptor);
    return -1;
  }
  send_at_once(descriptor);
  return descriptor;
}

int accept_from(int listener) {
  const int descriptor = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (descriptor >= 0) send_at_once(descriptor);
  return descriptor;
}

Received receive(int descriptor, std::string& into, size_t bytes_max) {
  char block[16 * 1024];
  const ssize_t got = recv(descriptor, block, std::min(bytes_max, sizeof block), 0);
  if (got > 0) into.append(block, static_cast<size_t>(got));
  if (got > 0) return Received::some;
  if (got == 0) return Received::end;
  return errno == EAGAIN || errno == EINTR ? Received::nothing : Received::failed;
}

bool send_some(int descriptor, std::string_view& text) {
  while (!text.empty()) {
    const ssize_t sent = send(descriptor, text.data(), text.size(), MSG_NOSIGNAL);
    // A connection that is still being made is not writable yet.
    if (sent < 0) return errno == EAGAIN || errno == EINTR || errno == ENOTCONN;
    text.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

size_t unread_bytes(int descriptor) {
  int count = 0;
  ioctl(descriptor, FIONREAD, &count);
  return static_cast<size_t>(count);
}

void end_both_directions(int descriptor) { shutdown(descriptor, SHUT_RDWR); }

void reset(int descriptor) {
  const linger none{1, 0};
  setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &none, sizeof none);
  close(descriptor);
}

}  // namespace soak
