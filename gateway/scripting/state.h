#pragma once
// One Lua state of one thread, with bounds on what a script may take: steps (instructions of the machine, octets that a
// pattern looks at), memory and processor time. What is beyond a bound ends the script with an error that it cannot
// catch; the state lives on.
//
// Code is interpreted, never compiled to machine code: the hook that counts instructions is not called from compiled
// traces. Loops that LuaJIT's library runs in C are not counted either, so the unbounded ones are replaced
// (library.cpp, prelude.cpp), and the rest, which are linear in the memory that a script may have, meet the bound on
// processor time.

#include <cstdint>
#include <lua.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace script {

// Of the machine that runs scripts, as it names itself.
std::string_view lua_version();

struct Limits {
  uint64_t steps_max = 1'000'000;         // for each run: about 10 ms
  uint64_t memory_bytes_max = 16u << 20;  // for each state
  uint32_t cpu_ms_max = 100;              // for each run, counted from its first hundred instructions on
};

enum class Trust : uint8_t {
  off,      // there are no scripts
  sandbox,  // they reach what cannot hurt
  on,       // they reach everything that LuaJIT has: files, processes, foreign functions
};

struct Policy {
  Trust trust = Trust::sandbox;
  std::vector<std::string> modules;      // what `require` gives in the sandbox
  std::vector<std::string> environment;  // further globals of the sandbox: "print", "os.getenv"
  Limits limits;
};

// What those above put into every state: tables and functions as globals, whose names scripts then see. Called in
// protected mode; may raise Lua errors. Tables without a metatable are shown to scripts as ones that cannot be written
// to.
struct Host {
  std::vector<std::string> globals;  // names that `open` sets
  void (*open)(lua_State*) = nullptr;
};

// Sees the script's first result on the top of the stack, in protected mode and within the script's bounds; may raise
// Lua errors.
using Taker = void (*)(lua_State*, void* argument);

class State {
 public:
  State(const Policy& policy, const Host& host);
  ~State();
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  // Runs the text numbered `script`, compiled when it runs for the first time, in an environment of its own that ends
  // with the run. `subject` is what subject() answers meanwhile. Empty: it went well; else what went wrong.
  std::string run(size_t script, std::string_view text, void* subject, Taker take, void* argument);

  // The memory ran out once: what is left of it is not to be relied on.
  bool spent() const { return spent_; }
  uint64_t memory_bytes() const { return memory_bytes_; }

  // For functions that scripts call.
  static State& of(lua_State* lua);
  template <typename Subject>
  Subject& subject() const {
    return *static_cast<Subject*>(subject_);
  }
  uint64_t steps_left() const { return steps_left_; }
  // Raises a Lua error when there are not so many left.
  void take_steps(lua_State* lua, uint64_t steps);
  // Coroutines that run inside of each other.
  bool go_deeper(int deep_max) { return deep_ < deep_max && ++deep_ > 0; }
  void come_back() { --deep_; }

 private:
  static void* allocate(void* self, void* block, size_t old_bytes, size_t new_bytes);
  static void count(lua_State* lua, lua_Debug*);
  void check_time(lua_State* lua);
  static int set_up(lua_State* lua);
  static int run_protected(lua_State* lua);
  std::string error_of(int status);
  [[noreturn]] void end(lua_State* lua, const char* why);

  const Policy& policy_;
  const Host& host_;
  lua_State* lua_ = nullptr;
  uint64_t memory_bytes_ = 0, steps_left_ = 0, cpu_ns_end_ = 0, wall_ns_end_ = 0;
  const char* over_ = nullptr;  // which bound the running script is beyond
  bool spent_ = false;
  std::string fault_;  // why it is spent
  int deep_ = 0;
  void* subject_ = nullptr;
  std::vector<int> compiled_;  // by the number of the script: reference, or LUA_NOREF
  int runner_ = LUA_NOREF;     // the prelude's function that runs a chunk
};

}  // namespace script
