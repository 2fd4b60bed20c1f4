#include "gateway/runtime/drain.h"

namespace runtime {

namespace {
constexpr uint32_t look_every_ms = 20;
}  // namespace

void Drain::begin() {
  if (begun_ms_ != 0) return control_.stop();
  begun_ms_ = control_.now_ms();
  log_.print(observe::Level::notice, "draining: {} client connections", node_.connections_left());
  node_.start_draining();
  control_.arm(timer_, settings_.drain_delay_ms == 0 ? 1 : settings_.drain_delay_ms);
}

void Drain::look(void* self) {
  Drain& drain = *static_cast<Drain*>(self);
  if (!drain.closed_) {
    drain.closed_ = true;
    drain.node_.close_listeners();
  }
  const uint64_t passed_ms = drain.control_.now_ms() - drain.begun_ms_;
  const uint64_t end_ms = static_cast<uint64_t>(drain.settings_.drain_delay_ms) + drain.settings_.graceful_timeout_ms;
  if (drain.node_.drained()) return drain.control_.stop();
  if (passed_ms >= end_ms) {
    drain.log_.print(observe::Level::warn, "graceful_timeout is over: {} client connections are cut", drain.node_.connections_left());
    return drain.control_.stop();
  }
  drain.control_.arm(drain.timer_, look_every_ms);
}

}  // namespace runtime
