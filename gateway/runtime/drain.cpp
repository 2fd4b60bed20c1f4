#include "gateway/runtime/drain.h"

namespace runtime {

namespace {
constexpr uint32_t look_every_ms = 20;
}  // namespace

void Drain::begin() {
  if (begun_ms_ != 0) return control_.stop();
  begun_ms_ = control_.now_ms();
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
  // A request may sit in a socket that was just accepted: one more look later, nobody is cut off unheard.
  if (passed_ms >= end_ms || (drain.node_.in_flight() == 0 && passed_ms >= drain.settings_.drain_delay_ms + 2 * look_every_ms))
    return drain.control_.stop();
  drain.control_.arm(drain.timer_, look_every_ms);
}

}  // namespace runtime
