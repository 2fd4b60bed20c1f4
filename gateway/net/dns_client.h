#pragma once
// Questions to name servers, through c-ares: its sockets sit in our epoll, its timeouts in our wheel.

#include <ares.h>

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "gateway/async/result.h"
#include "gateway/net/address.h"
#include "gateway/net/loop.h"

namespace net {

struct DnsAnswer {
  std::vector<Address> addresses;  // port 0; empty: `error` says why
  uint32_t ttl_s = 0;
  bool negative = false;  // the servers say that there is nothing; else they did not answer
  async::Error error{};
};

struct DnsOptions {
  std::vector<std::string> servers;
  uint32_t try_timeout_ms = 2'000;
  int tries = 3;
  bool v6_first = false, v4_too = true;  // see ResolverOptions
};

class DnsClient {
 public:
  // Called for each ask(), from c-ares' code: it may note and queue, not ask again.
  class Asker {
   public:
    virtual void on_answer(DnsAnswer answer) = 0;

   protected:
    ~Asker() = default;
  };

  DnsClient(Loop& loop, const DnsOptions& options);
  // Open questions are dropped without a call.
  ~DnsClient();

  // IPv4 addresses, and IPv6 when there are none, or as the options say. Search domains of /etc/resolv.conf are tried as usual. `asker` must
  // live until it has been called or the client has gone.
  void ask(const std::string& name, Asker& asker);
  uint64_t queries() const { return queries_; }

 private:
  struct Socket;
  struct Question;
  struct Processing : async::Ready {
    explicit Processing(DnsClient& owner) : async::Ready(&Processing::process), client(owner) {}
    static void process(async::Ready& self);
    DnsClient& client;
  };
  static void on_socket(void* self, ares_socket_t fd, int readable, int writable);
  static void on_reply(void* question, int status, int timeouts, unsigned char* bytes, int byte_count);
  static void on_timer(void* self);
  void send(Question* question);
  void arm_timer();

  Loop& loop_;
  ares_channel channel_ = nullptr;
  const bool v6_first_, v4_too_;
  bool closing_ = false;
  uint64_t queries_ = 0;
  std::unordered_map<int, std::unique_ptr<Socket>> sockets_;
  std::vector<std::pair<int, uint32_t>> events_;  // to be handed to c-ares
  Processing processing_;
  Timer timer_;
};

}  // namespace net
