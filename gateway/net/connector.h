#pragma once
// Opening a connection.

#include <memory>

#include "gateway/async/task.h"
#include "gateway/net/socket_stream.h"

namespace net {

// Result<unique_ptr<Stream>>. Errors are of the upstream's side and safe to try elsewhere: timeout, or errno in `code`.
class [[nodiscard]] Connect final : public Operation {
 public:
  Connect(Loop& loop, Address address, uint32_t timeout_ms);
  ~Connect() override;
  async::Named<Connect> operator co_await() & { return async::Named(*this); }
  async::Named<Connect> operator co_await() && = delete;
  bool await_ready();
  void await_suspend(std::coroutine_handle<> waiting) { wait(waiting, false); }
  async::Result<std::unique_ptr<Stream>> await_resume();

 private:
  bool attempt() override;
  void fail(async::Error error) override;
  Loop& loop_;
  Address address_;
  std::unique_ptr<SocketStream> socket_;
  async::Error error_{};
  bool failed_ = false;
};

// auto connecting = connect(loop, address, 5'000);
// auto connected = co_await connecting;
inline Connect connect(Loop& loop, const Address& address, uint32_t timeout_ms) {
  return Connect(loop, address, timeout_ms);
}

// The network as the proxy sees it: passed in, so that a simulation can be one. Results as of Connect.
class Connector {
 public:
  virtual ~Connector() = default;
  virtual async::Task<async::Result<std::unique_ptr<Stream>>> open(Loop& loop, Address address, uint32_t timeout_ms) = 0;
};

class SocketConnector final : public Connector {
 public:
  async::Task<async::Result<std::unique_ptr<Stream>>> open(Loop& loop, Address address, uint32_t timeout_ms) override;
};

}  // namespace net
