#pragma once
// The orderly end: readiness says no, listeners and idle connections close after a delay, requests in flight finish within a time, then the
// loop stops.

#include "gateway/net/loop.h"
#include "gateway/runtime/node.h"
#include "gateway/runtime/settings.h"

namespace runtime {

class Drain {
 public:
  Drain(Node& node, net::Loop& control, const Settings& settings, observe::Log& log) : node_(node), control_(control), settings_(settings), log_(log) {}
  // The second call stops at once.
  void begin();

 private:
  static void look(void* self);

  Node& node_;
  net::Loop& control_;
  const Settings& settings_;
  observe::Log& log_;
  uint64_t begun_ms_ = 0;
  bool closed_ = false;
  net::Timer timer_{&Drain::look, this};
};

}  // namespace runtime
