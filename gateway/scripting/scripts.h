#pragma once
// The scripts of one configuration. Texts are added while it is compiled; then every thread runs them in a Lua state of
// its own, made when the thread runs its first script. All of it goes with the configuration.

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "gateway/scripting/state.h"

namespace script {

class Scripts {
 public:
  Scripts(Policy policy, Host host) : policy_(std::move(policy)), host_(std::move(host)) {}

  Trust trust() const { return policy_.trust; }
  // The script's number. Before the first run of any. Whether it is Lua at all has been checked (schema:
  // lua_expression).
  size_t add(std::string text);
  // See State::run. Any thread; `subject` and `argument` are touched on this thread only, during the call.
  std::string run(size_t script, void* subject, Taker take, void* argument) const;

  size_t states() const;

 private:
  struct Seat {
    std::thread::id thread;
    std::unique_ptr<State> state;
  };
  State& state_here() const;

  Policy policy_;
  Host host_;
  std::vector<std::string> texts_;
  mutable std::mutex mutex_;  // of the list; a state is used by its thread alone
  mutable std::vector<Seat> seats_;
};

}  // namespace script
