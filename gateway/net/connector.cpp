#include "gateway/net/connector.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace net {
namespace {

async::Error connect_error(int code) {
  async::Error error;
  error.side = async::Side::upstream;
  error.what = "connect";
  error.code = code;
  error.timeout = code == ETIMEDOUT;
  error.retry_safe = true;  // not a byte of the request has been sent
  return error;
}

}  // namespace

Connect::Connect(Loop& loop, Address address, uint32_t timeout_ms)
    : Operation(nullptr, Place::writer, timeout_ms), loop_(loop), address_(std::move(address)) {}

// The wait sits in the socket, so it leaves before that goes.
Connect::~Connect() { leave(); }

bool Connect::await_ready() {
  sockaddr_storage storage;
  socklen_t bytes = address_.to_sockaddr(storage);
  int code = bytes == 0 ? EINVAL : 0;
  int fd = code == 0 ? ::socket(storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0) : -1;
  if (code == 0 && fd < 0) code = errno;
  if (code == 0 && ::connect(fd, reinterpret_cast<const sockaddr*>(&storage), bytes) != 0) code = errno;
  if (code != 0 && code != EINPROGRESS) {
    if (fd >= 0) ::close(fd);
    fail(connect_error(code));
    return true;
  }
  // Watched only now: a socket that is not yet connecting reports a hang-up.
  socket_ = std::make_unique<SocketStream>(loop_, fd, address_);
  stream_ = socket_.get();
  if (socket_->fd() < 0) fail(connect_error(ENOSPC));
  return code == 0 || failed_;
}

bool Connect::attempt() {
  int code = 0;
  socklen_t bytes = sizeof code;
  if (getsockopt(socket_->fd(), SOL_SOCKET, SO_ERROR, &code, &bytes) != 0) code = errno;
  if (code != 0) fail(connect_error(code));
  return true;
}

void Connect::fail(async::Error error) {
  error.side = async::Side::upstream;
  error.what = "connect";
  error.retry_safe = true;
  error_ = error;
  failed_ = true;
}

async::Result<std::unique_ptr<Stream>> Connect::await_resume() {
  if (failed_) {
    socket_.reset();
    return error_;
  }
  return std::unique_ptr<Stream>(std::move(socket_));
}

async::Task<async::Result<std::unique_ptr<Stream>>> SocketConnector::open(Loop& loop, Address address, uint32_t timeout_ms) {
  auto connecting = connect(loop, address, timeout_ms);
  auto connected = co_await connecting;
  co_return connected;
}

}  // namespace net
