#include "gateway/net/socket_stream.h"

#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>

namespace net {
namespace {

constexpr size_t parts_per_call_max = 64;

Attempt failure(int code, std::string_view what) {
  Attempt attempt;
  attempt.kind = Attempt::Kind::failed;
  attempt.error.what = what;
  attempt.error.code = code;
  attempt.error.closed =
      code == ECONNRESET || code == EPIPE || code == EBADF || code == ENOTCONN || code == ECONNABORTED;
  attempt.error.timeout = code == ETIMEDOUT;
  return attempt;
}

}  // namespace

SocketStream::SocketStream(Loop& loop, int fd, Address peer) : Stream(loop), fd_(fd), peer_(std::move(peer)) {
  int on = 1;
  if (!peer_.is_unix()) setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (!loop.watch(fd_, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, *this)) {
    // The kernel is out of watches: the connection reads and writes as closed.
    ::close(fd_);
    fd_ = -1;
  }
}

SocketStream::~SocketStream() { close(); }

void SocketStream::close() {
  if (fd_ < 0) return;
  loop().forget(fd_);
  ::close(fd_);
  fd_ = -1;
  end_waits("connection closed");
}

void SocketStream::abort() {
  // Lingering for no time at all makes close() send a reset.
  const linger none{1, 0};
  if (fd_ >= 0) setsockopt(fd_, SOL_SOCKET, SO_LINGER, &none, sizeof none);
  close();
}

void SocketStream::shutdown_write() {
  if (fd_ >= 0) ::shutdown(fd_, SHUT_WR);
}

Address SocketStream::local() const {
  sockaddr_storage storage{};
  socklen_t bytes = sizeof storage;
  if (fd_ < 0 || getsockname(fd_, reinterpret_cast<sockaddr*>(&storage), &bytes) != 0) return {};
  return Address::from_sockaddr(reinterpret_cast<const sockaddr*>(&storage), bytes);
}

void SocketStream::on_events(uint32_t epoll_events) {
  if (epoll_events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) note_end(epoll_events & (EPOLLHUP | EPOLLERR));
  if (epoll_events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) {
    readable_ = true;
    notify_readable();
  }
  if (epoll_events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) notify_writable();
}

// Every later edge says it again: only what is new is told.
void SocketStream::note_end(bool broken) {
  const bool news = !ended_ || (broken && !broken_);
  ended_ = true;
  broken_ = broken_ || broken;
  if (news) notify_end(broken);
}

Attempt SocketStream::try_read(std::span<char> into) {
  if (fd_ < 0) return failure(EBADF, "connection closed");
  ssize_t count;
  do count = ::recv(fd_, into.data(), into.size(), 0);
  while (count < 0 && errno == EINTR);
  Attempt attempt;
  if (count > 0) {
    // A short read means the socket is dry: the next edge will tell, which saves the recv that would find nothing.
    // Unless the end has been announced: there is no edge after that one.
    if (static_cast<size_t>(count) < into.size()) readable_ = false;
    attempt.kind = Attempt::Kind::done;
    attempt.bytes = static_cast<size_t>(count);
  } else if (count == 0) {
    ended_ = true;
    attempt.kind = Attempt::Kind::end;
  } else if (errno == EAGAIN) {
    readable_ = ended_ = false;
  } else {
    ended_ = true;
    was_reset_ = was_reset_ || errno != EPIPE;
    return failure(errno, "read");
  }
  return attempt;
}

ssize_t SocketStream::send_parts(std::span<const std::string_view> parts, size_t offset) {
  iovec vectors[parts_per_call_max];
  size_t used = 0;
  for (std::string_view part : parts) {
    part.remove_prefix(offset);
    offset = 0;
    if (part.empty()) continue;
    vectors[used++] = {const_cast<char*>(part.data()), part.size()};
    if (used == parts_per_call_max) break;
  }
  msghdr message{};
  message.msg_iov = vectors;
  message.msg_iovlen = used;
  ssize_t count;
  do count = ::sendmsg(fd_, &message, MSG_NOSIGNAL);
  while (count < 0 && errno == EINTR);
  return count;
}

Attempt SocketStream::try_write(std::span<const std::string_view> parts, size_t offset) {
  if (fd_ < 0) return failure(EBADF, "connection closed");
  ssize_t count;
  if (parts.size() == 1) {
    // One piece is the rule, and cheaper for the kernel than a list of one.
    const std::string_view part = parts[0].substr(offset);
    do count = ::send(fd_, part.data(), part.size(), MSG_NOSIGNAL);
    while (count < 0 && errno == EINTR);
  } else {
    count = send_parts(parts, offset);
  }
  if (count < 0 && errno != EAGAIN) {
    was_reset_ = was_reset_ || errno != EPIPE;
    return failure(errno, "write");
  }
  Attempt attempt;
  if (count >= 0) {
    written_ += static_cast<uint64_t>(count);
    attempt.kind = Attempt::Kind::done;
    attempt.bytes = static_cast<size_t>(count);
  }
  return attempt;
}

// A peer that had ended its direction in order before these bytes came acknowledges none of them: an end that came
// after them would have acknowledged them. After a reset that came of itself nothing is known: bytes that were read may
// never have been acknowledged. (The reset with which TCP answers bytes for a connection that had ended is told as
// EPIPE.)
bool SocketStream::never_arrived(uint64_t written_before) const {
  if (written_ == written_before) return true;
  if (fd_ < 0 || !ended_ || was_reset_ || peer_.is_unix()) return false;
  int error = 0, unacknowledged = 0;
  socklen_t size = sizeof error;
  if (::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size) != 0 || (error != 0 && error != EPIPE)) return false;
  if (::ioctl(fd_, SIOCOUTQ, &unacknowledged) != 0 || unacknowledged < 0) return false;
  return static_cast<uint64_t>(unacknowledged) >= written_ - written_before;
}

bool SocketStream::idle_closed_or_readable() {
  if (fd_ < 0 || ended_) return true;
  if (!readable_) return false;
  // The last read may have filled its buffer to the brim; then nothing is known yet.
  char byte;
  ssize_t count = ::recv(fd_, &byte, 1, MSG_PEEK);
  if (count >= 0 || errno != EAGAIN) return true;
  readable_ = false;
  return false;
}

}  // namespace net
