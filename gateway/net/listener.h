#pragma once
// Takes new connections of one address and hands each to a callback.

#include <functional>
#include <memory>
#include <string>

#include "gateway/async/result.h"
#include "gateway/net/loop.h"
#include "gateway/net/stream.h"

namespace net {

struct ListenOptions {
  Address address;         // port 0: the kernel chooses, see Listener::port()
  int backlog = 16'384;    // the kernel cuts it to net.core.somaxconn
  bool reuse_port = true;  // each worker has its own listener; the kernel spreads connections
  bool ipv6_only = true;   // of an IPv6 address
};

class Listener final : private Handler {
 public:
  // Must not destroy the listener; pause() is allowed.
  using OnConnection = std::function<void(std::unique_ptr<Stream>)>;
  // Out of descriptors: whoever can give some back should.
  using OnExhausted = std::function<void(int code)>;
  // Starts accepting at once. Error.what names the step, Error.code is errno. A dead unix socket of the same path is
  // replaced.
  static async::Result<std::unique_ptr<Listener>> open(Loop& loop, const ListenOptions& options,
                                                       OnConnection on_connection);
  ~Listener();

  const Address& address() const { return address_; }
  uint16_t port() const { return address_.port(); }
  int fd() const { return fd_; }
  // Connections wait in the kernel's backlog while paused.
  void pause();
  void resume();
  void on_exhausted(OnExhausted callback) { on_exhausted_ = std::move(callback); }
  // The first half of closing without losing anybody: new handshakes find nobody and are tried again by the kernel of the other side, until
  // it is refused; those that have begun come to their end and are accepted. Best effort; a unix socket loses its path.
  void refuse_new();
  // The second half, a moment later: takes what has come until then. The listener may be destroyed after it.
  void accept_rest();

 private:
  Listener(Loop& loop, int fd, Address address, OnConnection on_connection);
  void on_events(uint32_t epoll_events) override;
  static void accept_ready(async::Ready& self);
  static void try_again(void* self);
  bool accept_one();
  void accept_some();
  struct Accepting : async::Ready {
    explicit Accepting(Listener& owner) : async::Ready(&Listener::accept_ready), listener(owner) {}
    Listener& listener;
  };

  // Of one turn, so that a flood of new connections does not starve those that are there.
  static constexpr int accepts_per_turn_max = 64;
  // Out of descriptors or memory: existing connections go on, and end sooner or later.
  static constexpr uint32_t exhausted_pause_ms = 100;

  Loop& loop_;
  int fd_;
  Address address_;
  OnConnection on_connection_;
  OnExhausted on_exhausted_;
  Accepting accepting_;
  Timer retry_;
  bool paused_ = false, exhausted_ = false;
};

}  // namespace net
