#include "tests/soak/caller.h"

#include <unistd.h>

#include <cstdlib>
#include <utility>

#include "tests/soak/sockets.h"

namespace soak {

Caller::Caller(Poller& poller, uint16_t port, Workload& workload) : poller_(poller), port_(port), workload_(workload) {
  ask_next();
}

Caller::~Caller() { disconnect(); }

void Caller::connect() {
  descriptor_ = connect_to(port_);
  in_.clear();
  if (descriptor_ >= 0) poller_.watch(descriptor_, *this);
}

void Caller::disconnect() {
  if (descriptor_ >= 0) close(std::exchange(descriptor_, -1));
}

void Caller::ask_next() {
  asking_ = workload_.next(ask_);
  done_ = !asking_;
  if (done_) return disconnect();
  if (descriptor_ < 0) connect();
  if (descriptor_ < 0) {
    // Nobody listens any more: the load has nothing to go on with.
    done_ = true;
    return workload_.lost(ask_.number);
  }
  unsent_ = ask_.text;
  if (!send_some(descriptor_, unsent_)) fail();
}

void Caller::fail() {
  disconnect();
  if (std::exchange(asking_, false)) workload_.lost(ask_.number);
  ask_next();
}

void Caller::on_events() {
  if (descriptor_ < 0) return;
  if (!send_some(descriptor_, unsent_)) return fail();
  const int descriptor = descriptor_;
  while (descriptor_ == descriptor) {
    const Received received = receive(descriptor_, in_, 1 << 20);
    if (received == Received::nothing) return;
    if (received != Received::some) {
      workload_.connection_ended();
      return fail();
    }
    if (take_answer()) ask_next();
  }
}

// True: the answer to what was asked is here as a whole.
bool Caller::take_answer() {
  const size_t head = in_.find("\r\n\r\n");
  if (head == std::string::npos) return false;
  const size_t at = in_.find("Content-Length: ");
  const size_t length = at < head ? std::strtoul(in_.c_str() + at + 16, nullptr, 10) : 0;
  if (in_.size() < head + 4 + length) return false;
  const bool close = in_.find("Connection: close\r\n") < head;
  const std::string answer = std::exchange(in_, in_.substr(head + 4 + length));
  asking_ = false;
  workload_.answered(ask_.number, std::atoi(answer.c_str() + 9), std::string_view(answer).substr(head + 4));
  if (close) disconnect();
  return true;
}

}  // namespace soak
