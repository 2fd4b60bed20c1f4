#pragma once
// Questions to one Admin API and its answers.

#include <memory>
#include <string>

#include "deckctl/nodes/address.h"

namespace deckctl {

struct Reply {
  int status = 0;  // 0: there was no answer
  std::string body;
  std::string fault;  // why there was none
  // Whether the node may have read the request although no answer came.
  bool may_have_arrived = true;

  bool good() const { return status >= 200 && status < 300; }
};

class Transport {
 public:
  virtual ~Transport() = default;
  virtual Reply get(const std::string& path) = 0;
  virtual Reply post(const std::string& path, const std::string& body, const std::string& content_type) = 0;

  // From another thread: what is being asked fails with `why`, and so does all that is asked until resume().
  virtual void give_up(const std::string& why) = 0;
  virtual void resume() = 0;
};

// Over HTTP, with or without TLS, or a unix socket. Answers are at most 256 MiB. nullptr, with what is wrong, when a certificate cannot be used.
std::unique_ptr<Transport> connect_http(const NodeAddress& address, std::string& wrong);

}  // namespace deckctl
