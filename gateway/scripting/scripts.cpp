#include "gateway/scripting/scripts.h"

#include <algorithm>

namespace script {

size_t Scripts::add(std::string text) {
  texts_.push_back(std::move(text));
  return texts_.size() - 1;
}

size_t Scripts::states() const {
  const std::scoped_lock guard(mutex_);
  return seats_.size();
}

// This thread's state. One whose memory ran out is replaced: nothing of a script outlives its run, so nothing is lost.
State& Scripts::state_here() const {
  const std::thread::id here = std::this_thread::get_id();
  const std::scoped_lock guard(mutex_);
  auto seat = std::ranges::find(seats_, here, &Seat::thread);
  if (seat == seats_.end()) seat = seats_.insert(seats_.end(), {here, nullptr});
  if (seat->state == nullptr || seat->state->spent()) {
    seat->state.reset();
    seat->state = std::make_unique<State>(policy_, host_);
  }
  return *seat->state;
}

std::string Scripts::run(size_t script, void* subject, Taker take, void* argument) const {
  return state_here().run(script, texts_[script], subject, take, argument);
}

}  // namespace script
