#pragma once
// Client connections that wait for a request: nobody misses them when the node needs their place, or goes.

#include "gateway/net/stream.h"

namespace proxy {

// One for each worker. Costs two pointers written when a wait begins and ends.
class IdleConnections {
 public:
  // Held for as long as a connection waits.
  class Stay {
   public:
    // `fresh`: it has not had a request yet, so that one may well be on its way.
    Stay(IdleConnections& idle, net::Stream& stream, bool fresh) : stream_(&stream), fresh_(fresh) {
      next_ = &idle.ends_;
      previous_ = std::exchange(idle.ends_.previous_, this);
      previous_->next_ = this;
    }
    ~Stay() { leave(); }
    Stay(const Stay&) = delete;
    Stay& operator=(const Stay&) = delete;

   private:
    friend class IdleConnections;
    Stay() : previous_(this), next_(this) {}
    void leave() {
      previous_->next_ = next_;
      next_->previous_ = previous_;
      previous_ = next_ = this;
    }
    Stay* previous_;
    Stay* next_;
    net::Stream* stream_ = nullptr;
    bool fresh_ = false;
  };

  // Calls the waits off, oldest first, `most` of them: whoever waits looks once more for a request and else closes. How many those were.
  size_t end(size_t most, bool fresh_too) {
    size_t count = 0;
    for (Stay* stay = ends_.next_; stay != &ends_ && count < most;) {
      Stay& one = *std::exchange(stay, stay->next_);
      if (one.fresh_ && !fresh_too) continue;
      one.leave();
      one.stream_->call_off_read();
      ++count;
    }
    return count;
  }

 private:
  Stay ends_;
};

}  // namespace proxy
