#include "gateway/net/listener.h"

#include <linux/filter.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <iterator>

#include "gateway/net/socket_stream.h"

namespace net {
namespace {

// Nobody answers on it: left behind by a process that has ended.
bool is_dead_socket(const sockaddr_storage& address, socklen_t bytes) {
  int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return false;
  bool refused = ::connect(fd, reinterpret_cast<const sockaddr*>(&address), bytes) != 0 && errno == ECONNREFUSED;
  ::close(fd);
  return refused;
}

async::Error failure(std::string_view what, int fd) {
  async::Error error;
  error.what = what;
  error.code = errno;
  if (fd >= 0) ::close(fd);
  return error;
}

}  // namespace

async::Result<std::unique_ptr<Listener>> Listener::open(Loop& loop, const ListenOptions& options,
                                                        OnConnection on_connection) {
  sockaddr_storage storage;
  socklen_t bytes = options.address.to_sockaddr(storage);
  if (bytes == 0) {
    errno = EINVAL;
    return failure("address", -1);
  }
  int fd = ::socket(storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return failure("socket", fd);
  int on = 1, v6_only = options.ipv6_only;
  auto* address = reinterpret_cast<sockaddr*>(&storage);
  if (!options.address.is_unix()) {
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (options.reuse_port && setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) != 0)
      return failure("SO_REUSEPORT", fd);
    if (storage.ss_family == AF_INET6) setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &v6_only, sizeof v6_only);
  }
  int bound = ::bind(fd, address, bytes);
  if (bound != 0 && errno == EADDRINUSE && options.address.is_unix() && is_dead_socket(storage, bytes)) {
    ::unlink(options.address.path().c_str());
    bound = ::bind(fd, address, bytes);
  }
  if (bound != 0) return failure("bind", fd);
  if (::listen(fd, options.backlog) != 0) return failure("listen", fd);
  bytes = sizeof storage;
  if (getsockname(fd, address, &bytes) != 0) return failure("getsockname", fd);
  std::unique_ptr<Listener> listener(
      new Listener(loop, fd, Address::from_sockaddr(address, bytes), std::move(on_connection)));
  // Level-triggered, since a turn may leave connections in the backlog.
  if (!loop.watch(fd, EPOLLIN, *listener)) return failure("epoll", -1);
  return listener;
}

Listener::Listener(Loop& loop, int fd, Address address, OnConnection on_connection)
    : loop_(loop),
      fd_(fd),
      address_(std::move(address)),
      on_connection_(std::move(on_connection)),
      accepting_(*this),
      retry_(&Listener::try_again, this) {}

Listener::~Listener() {
  loop_.unwatch(fd_);
  ::close(fd_);
}

void Listener::pause() {
  paused_ = true;
  accepting_.withdraw();
  loop_.modify(fd_, 0);
}

void Listener::resume() {
  paused_ = false;
  if (!exhausted_) loop_.modify(fd_, EPOLLIN);
}

void Listener::on_events(uint32_t) { loop_.ready().push(accepting_); }

void Listener::accept_ready(async::Ready& self) { static_cast<Accepting&>(self).listener.accept_some(); }

void Listener::try_again(void* self) {
  auto& listener = *static_cast<Listener*>(self);
  listener.exhausted_ = false;
  if (!listener.paused_) listener.loop_.modify(listener.fd_, EPOLLIN);
}

void Listener::accept_some() {
  for (int count = 0; count < accepts_per_turn_max && !paused_; count++)
    if (!accept_one()) return;
}

void Listener::accept_rest() {
  while (accept_one()) {
  }
}

// False: nobody waits, or nobody can be taken.
bool Listener::accept_one() {
  sockaddr_storage storage;
  socklen_t bytes = sizeof storage;
  const int fd = accept4(fd_, reinterpret_cast<sockaddr*>(&storage), &bytes, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (fd >= 0) {
    on_connection_(std::make_unique<SocketStream>(loop_, fd, Address::from_sockaddr(reinterpret_cast<const sockaddr*>(&storage), bytes)));
    return true;
  }
  const int code = errno;
  if (code == EMFILE || code == ENFILE || code == ENOBUFS || code == ENOMEM) {
    exhausted_ = true;
    loop_.modify(fd_, 0);
    loop_.arm(retry_, exhausted_pause_ms);
    if (on_exhausted_) on_exhausted_(code);
    return false;
  }
  return code != EAGAIN;  // else a connection that has gone while it waited; the next one may be fine
}

void Listener::refuse_new() {
  if (address_.is_unix()) {
    ::unlink(address_.path().c_str());
    return;
  }
  // Drops segments that ask for a new connection; the filter sees TCP headers, whose octet 13 has the flags.
  constexpr uint32_t syn = 0x02, ack = 0x10;
  sock_filter program[] = {
      BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 13),
      BPF_STMT(BPF_ALU | BPF_AND | BPF_K, syn | ack),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, syn, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, 0),
      BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
  };
  const sock_fprog filter{std::size(program), program};
  setsockopt(fd_, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter);
}

}  // namespace net
