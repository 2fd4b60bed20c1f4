#include "gateway/scripting/state.h"

#include <luajit.h>

#include <cstdlib>
#include <ctime>

#include "gateway/scripting/library.h"
#include "gateway/scripting/prelude.h"

namespace script {
namespace {

constexpr int steps_between_counts = 100;
constexpr size_t error_bytes_max = 1024;

uint64_t ns_of(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(now.tv_nsec);
}

void push_list(lua_State* lua, const std::vector<std::string>& texts) {
  lua_createtable(lua, static_cast<int>(texts.size()), 0);
  for (size_t i = 0; i < texts.size(); ++i) {
    lua_pushlstring(lua, texts[i].data(), texts[i].size());
    lua_rawseti(lua, -2, static_cast<int>(i + 1));
  }
}

}  // namespace

std::string_view lua_version() { return LUAJIT_VERSION; }

State::State(const Policy& policy, const Host& host) : policy_(policy), host_(host) {
  lua_ = lua_newstate(allocate, this);
  steps_left_ = policy.limits.steps_max;
  const int status = lua_ == nullptr ? LUA_ERRMEM : lua_cpcall(lua_, set_up, this);
  if (status == 0) return;
  fault_ = status == LUA_ERRMEM ? "not enough memory" : error_of(status);
  spent_ = true;
}

State::~State() {
  if (lua_ != nullptr) lua_close(lua_);
}

State& State::of(lua_State* lua) {
  void* self = nullptr;
  lua_getallocf(lua, &self);
  return *static_cast<State*>(self);
}

void* State::allocate(void* self, void* block, size_t old_bytes, size_t new_bytes) {
  State& state = *static_cast<State*>(self);
  if (new_bytes == 0) {
    std::free(block);
    state.memory_bytes_ -= old_bytes;
    return nullptr;
  }
  const uint64_t kept = state.memory_bytes_ - old_bytes;
  if (new_bytes > old_bytes && kept + new_bytes > state.policy_.limits.memory_bytes_max) return nullptr;
  void* moved = std::realloc(block, new_bytes);
  if (moved != nullptr) state.memory_bytes_ = kept + new_bytes;
  return moved;
}

// Libraries, then those above, then the prelude, which makes the rooms that scripts run in out of both.
int State::set_up(lua_State* lua) {
  State& state = of(lua);
  luaL_openlibs(lua);
  // Not before: opening its own library turns the compiler on.
  luaJIT_setmode(lua, 0, LUAJIT_MODE_ENGINE | LUAJIT_MODE_OFF);
  if (state.host_.open != nullptr) state.host_.open(lua);
  if (luaL_loadbuffer(lua, prelude.data(), prelude.size(), "=prelude") != 0) lua_error(lua);
  push_library(lua);
  lua_pushboolean(lua, state.policy_.trust == Trust::on);
  push_list(lua, state.host_.globals);
  push_list(lua, state.policy_.environment);
  push_list(lua, state.policy_.modules);
  lua_call(lua, 5, 1);
  state.runner_ = luaL_ref(lua, LUA_REGISTRYINDEX);
  return 0;
}

// Once over, every further instruction raises: a script that catches the error gets no further with it.
void State::end(lua_State* lua, const char* why) {
  over_ = why;
  steps_left_ = 0;
  lua_sethook(lua, count, LUA_MASKCOUNT, 1);
  luaL_error(lua, "%s", why);
  std::abort();  // luaL_error does not return
}

void State::take_steps(lua_State* lua, uint64_t steps) {
  if (over_ != nullptr) end(lua, over_);
  check_time(lua);
  if (steps >= steps_left_) end(lua, "too many steps");
  steps_left_ -= steps;
}

void State::count(lua_State* lua, lua_Debug*) {
  State& state = of(lua);
  state.take_steps(lua, steps_between_counts);
}

// The wall's clock is cheap to ask; the thread's own, which does not run while others have the processor, is asked when
// that one is late.
void State::check_time(lua_State* lua) {
  const uint64_t now = ns_of(CLOCK_MONOTONIC);
  if (now < wall_ns_end_) return;
  const uint64_t cpu = ns_of(CLOCK_THREAD_CPUTIME_ID);
  if (cpu_ns_end_ == 0) cpu_ns_end_ = cpu + uint64_t{policy_.limits.cpu_ms_max} * 1'000'000;
  if (cpu >= cpu_ns_end_) end(lua, "too much processor time");
  wall_ns_end_ = now + (cpu_ns_end_ - cpu);
}

namespace {

struct Run {
  size_t script;
  std::string_view text;
  Taker take;
  void* argument;
};

}  // namespace

int State::run_protected(lua_State* lua) {
  State& state = of(lua);
  const Run& run = *static_cast<const Run*>(lua_touserdata(lua, 1));
  lua_rawgeti(lua, LUA_REGISTRYINDEX, state.runner_);
  if (state.compiled_[run.script] == LUA_NOREF) {
    // The text is its own name: an error then begins with its first line, as users of the format know it.
    lua_pushlstring(lua, run.text.data(), run.text.size());
    const char* name = lua_tostring(lua, -1);
    if (luaL_loadbufferx(lua, run.text.data(), run.text.size(), name, "t") != 0) lua_error(lua);
    lua_remove(lua, -2);
    lua_pushvalue(lua, -1);
    state.compiled_[run.script] = luaL_ref(lua, LUA_REGISTRYINDEX);
  } else {
    lua_rawgeti(lua, LUA_REGISTRYINDEX, state.compiled_[run.script]);
  }
  lua_call(lua, 1, 1);
  run.take(lua, run.argument);
  return 0;
}

std::string State::run(size_t script, std::string_view text, void* subject, Taker take, void* argument) {
  if (spent_) return fault_;
  if (compiled_.size() <= script) compiled_.resize(script + 1, LUA_NOREF);
  Run run{script, text, take, argument};
  subject_ = subject;
  steps_left_ = policy_.limits.steps_max;
  cpu_ns_end_ = wall_ns_end_ = 0;
  over_ = nullptr;
  deep_ = 0;
  lua_sethook(lua_, count, LUA_MASKCOUNT, steps_between_counts);
  const int status = lua_cpcall(lua_, run_protected, &run);
  lua_sethook(lua_, nullptr, 0, 0);
  subject_ = nullptr;
  std::string error = over_ != nullptr ? over_ : status == 0 ? "" : error_of(status);
  lua_settop(lua_, 0);
  return error;
}

// Nothing here may allocate in Lua: nobody would catch the error.
std::string State::error_of(int status) {
  if (status == LUA_ERRMEM) {
    spent_ = true;
    return fault_ = "not enough memory";
  }
  if (lua_type(lua_, -1) != LUA_TSTRING)
    return std::string("error object is a ") + lua_typename(lua_, lua_type(lua_, -1)) + " value";
  size_t bytes = 0;
  const char* text = lua_tolstring(lua_, -1, &bytes);
  return bytes == 0 ? "error without a text" : std::string(text, bytes < error_bytes_max ? bytes : error_bytes_max);
}

}  // namespace script
