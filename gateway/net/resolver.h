#pragma once
// Names to addresses, without blocking: literals and the hosts file at once, the rest by DNS with a cache.

#include <coroutine>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/async/named.h"
#include "gateway/async/ready_queue.h"
#include "gateway/async/result.h"
#include "gateway/net/address.h"
#include "gateway/net/loop.h"

namespace net {

struct ResolverOptions {
  std::vector<std::string> servers;  // "10.0.0.2", "10.0.0.2:5353"; empty: those of /etc/resolv.conf
  std::string hosts_file = "/etc/hosts";
  uint32_t try_timeout_ms = 2'000;  // of one question to one server
  int tries = 3;
  uint32_t ttl_min_s = 1;        // answers with TTL 0 would make a question of every request
  uint32_t ttl_max_s = 0;        // 0: as the answer says
  uint32_t negative_ttl_s = 30;  // the name or its addresses do not exist
  uint32_t error_ttl_s = 1;      // no server answered
  uint32_t stale_ttl_s = 3'600;  // how long an old answer serves while it is asked for again
  size_t names_max = 10'000;
  bool v6_first = false;         // ask for IPv6 addresses first
  bool v4_too = true;            // false: IPv6 addresses only
};

struct Resolved {
  std::vector<Address> addresses;  // with port 0, in the order of the answer; of one kind: IPv4 when the name has any, else IPv6 (see v6_first)
  uint64_t expires_ms = 0;         // of the loop's clock
};

class Resolver;
struct ResolverName;  // one name in the cache

// Result<Resolved>. Errors: timeout; "name does not exist"; "no address"; "name server failed".
class [[nodiscard]] Resolve : private async::Ready {
 public:
  Resolve(Resolver& resolver, std::string_view name, uint32_t timeout_ms);
  ~Resolve();
  async::Named<Resolve> operator co_await() & { return async::Named(*this); }
  async::Named<Resolve> operator co_await() && = delete;
  bool await_ready();
  void await_suspend(std::coroutine_handle<> waiting);
  async::Result<Resolved> await_resume();

 private:
  friend ResolverName;
  void take(const ResolverName& name);
  static void run(async::Ready& self);
  static void timed_out(void* self);
  Resolver& resolver_;
  std::string name_;
  uint32_t timeout_ms_;
  Timer timer_;
  std::coroutine_handle<> waiting_;
  ResolverName* waits_for_ = nullptr;
  async::Result<Resolved> result_ = Resolved{};
};

// Of one loop. All waits must be gone before it.
class Resolver {
 public:
  explicit Resolver(Loop& loop, ResolverOptions options = {});
  ~Resolver();

  // auto resolving = resolver.resolve(name, 5'000);
  // auto resolved = co_await resolving;
  Resolve resolve(std::string_view name, uint32_t timeout_ms) { return Resolve(*this, name, timeout_ms); }
  // A fresh or stale answer that is there already (stale ones are asked for again in the background); else nullptr. No
  // copy: valid until the next await or the next call of the resolver.
  const Resolved* cached(std::string_view name);
  // Questions sent to servers so far.
  uint64_t queries() const;
  void flush();

  struct State;

 private:
  friend Resolve;
  friend ResolverName;
  std::unique_ptr<State> state_;
};

}  // namespace net
