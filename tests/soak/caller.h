#pragma once
// A client that asks one request after the other over one connection, as long as there are any.

#include <cstdint>
#include <string>
#include <string_view>

#include "tests/soak/poller.h"

namespace soak {

struct Ask {
  uint64_t number = 0;
  std::string text;  // head and body
};

// Where requests come from and where answers go.
class Workload {
 public:
  virtual ~Workload() = default;
  // False: there are no more.
  virtual bool next(Ask& ask) = 0;
  virtual void answered(uint64_t number, int status, std::string_view body) = 0;
  // No answer, or half of one.
  virtual void lost(uint64_t number) = 0;
  // The other side has ended a connection that was not at its end; after an answer that did not announce it.
  virtual void connection_ended() = 0;
};

class Caller final : public Peer {
 public:
  Caller(Poller& poller, uint16_t port, Workload& workload);
  ~Caller() override;
  bool done() const { return done_; }

 private:
  void on_events() override;
  void connect();
  void disconnect();
  void ask_next();
  bool take_answer();
  void fail();

  Poller& poller_;
  uint16_t port_;
  Workload& workload_;
  int descriptor_ = -1;
  Ask ask_;
  std::string_view unsent_;
  std::string in_;
  bool asking_ = false, done_ = false;
};

}  // namespace soak
