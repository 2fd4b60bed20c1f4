#include "gateway/scripting/library.h"

#include <cstring>
#include <string_view>

#include "gateway/scripting/pattern.h"
#include "gateway/scripting/state.h"

namespace script {
namespace {

constexpr uint64_t steps_of_protection = 100;  // catching an error costs as much time
constexpr int coroutines_deep_max = 50;        // each stands on the stack of the thread

std::string_view text_at(lua_State* lua, int index) {
  size_t bytes = 0;
  const char* text = luaL_checklstring(lua, index, &bytes);
  return {text, bytes};
}

// Positions count from 1, negative ones from the end; false when the place is behind the text.
bool place_in(std::string_view text, lua_Integer position, size_t& from) {
  const auto size = static_cast<lua_Integer>(text.size());
  if (position < 0) position = position + size + 1;
  if (position < 1) position = 1;
  if (position > size + 1) return false;
  from = static_cast<size_t>(position - 1);
  return true;
}

bool search(lua_State* lua, Matcher& matcher, size_t from) {
  const bool found = matcher.search(from);
  State& state = State::of(lua);
  state.take_steps(lua, matcher.steps());
  if (matcher.error() != nullptr) luaL_error(lua, "%s", matcher.error());
  return found;
}

int push_captures(lua_State* lua, const Matcher& matcher) {
  luaL_checkstack(lua, static_cast<int>(matcher.captures()), "too many captures");
  for (size_t i = 0; i < matcher.captures(); ++i) {
    const Capture& capture = matcher.capture(i);
    if (capture.position)
      lua_pushinteger(lua, capture.begin - luaL_checkstring(lua, 1) + 1);
    else
      lua_pushlstring(lua, capture.begin, capture.size);
  }
  return static_cast<int>(matcher.captures());
}

void push_places(lua_State* lua, size_t begin, size_t end) {
  lua_pushinteger(lua, static_cast<lua_Integer>(begin + 1));
  lua_pushinteger(lua, static_cast<lua_Integer>(end));
}

int find_plain(lua_State* lua, std::string_view text, std::string_view sought, size_t from) {
  const void* found = memmem(text.data() + from, text.size() - from, sought.data(), sought.size());
  if (found == nullptr) return 0;
  const auto begin = static_cast<size_t>(static_cast<const char*>(found) - text.data());
  push_places(lua, begin, begin + sought.size());
  return 2;
}

int nothing(lua_State* lua) {
  lua_pushnil(lua);
  return 1;
}

// find(s, pattern [, init [, plain]]): first and last place, then the captures.
int find(lua_State* lua) {
  const std::string_view text = text_at(lua, 1), pattern = text_at(lua, 2);
  size_t from = 0;
  if (!place_in(text, luaL_optinteger(lua, 3, 1), from)) return nothing(lua);
  if (lua_toboolean(lua, 4) != 0 || pattern.find_first_of("^$*+?.([%-") == std::string_view::npos) {
    const int found = find_plain(lua, text, pattern, from);
    return found > 0 ? found : nothing(lua);
  }
  Matcher matcher(text, pattern, State::of(lua).steps_left());
  if (!search(lua, matcher, from)) return nothing(lua);
  push_places(lua, matcher.begin(), matcher.end());
  return 2 + push_captures(lua, matcher);
}

// match(s, pattern [, init]): the captures, or the whole match.
int match(lua_State* lua) {
  const std::string_view text = text_at(lua, 1), pattern = text_at(lua, 2);
  size_t from = 0;
  if (!place_in(text, luaL_optinteger(lua, 3, 1), from)) return nothing(lua);
  Matcher matcher(text, pattern, State::of(lua).steps_left());
  if (!search(lua, matcher, from)) return nothing(lua);
  if (matcher.captures() > 0) return push_captures(lua, matcher);
  lua_pushlstring(lua, text.data() + matcher.begin(), matcher.end() - matcher.begin());
  return 1;
}

// scan(s, pattern, init, anchor): as find, never plain, and nothing when there is no match. gsub and gmatch are loops
// around it.
int scan(lua_State* lua) {
  const std::string_view text = text_at(lua, 1), pattern = text_at(lua, 2);
  size_t from = 0;
  if (!place_in(text, luaL_checkinteger(lua, 3), from)) return 0;
  Matcher matcher(text, pattern, State::of(lua).steps_left(), lua_toboolean(lua, 4) != 0);
  if (!search(lua, matcher, from)) return 0;
  push_places(lua, matcher.begin(), matcher.end());
  return 2 + push_captures(lua, matcher);
}

// expand(replacement, whole, captures...): %0 to %9 filled in.
int expand(lua_State* lua) {
  const std::string_view text = text_at(lua, 1);
  const int captures = lua_gettop(lua) - 2;
  luaL_Buffer made;
  luaL_buffinit(lua, &made);
  for (size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%' || at + 1 == text.size()) {
      luaL_addchar(&made, text[at]);
      continue;
    }
    const char next = text[++at];
    if (next < '0' || next > '9') {
      luaL_addchar(&made, next);
      continue;
    }
    // Without captures of its own the pattern has one, the whole.
    const int index = next - '0';
    if (index > captures && !(index == 1 && captures == 0)) return luaL_error(lua, "invalid capture index");
    lua_pushvalue(lua, index <= 1 && (index == 0 || captures == 0) ? 2 : 2 + index);
    luaL_addvalue(&made);
  }
  luaL_pushresult(&made);
  return 1;
}

int spend(lua_State* lua) {
  State::of(lua).take_steps(lua, steps_of_protection);
  return 0;
}

int enter(lua_State* lua) {
  spend(lua);
  if (!State::of(lua).go_deeper(coroutines_deep_max))
    return luaL_error(lua, "too many coroutines inside of each other");
  return 0;
}

int leave(lua_State* lua) {
  State::of(lua).come_back();
  return lua_gettop(lua);
}

constexpr luaL_Reg functions[] = {{"find", find},   {"match", match}, {"scan", scan},   {"expand", expand},
                                  {"enter", enter}, {"leave", leave}, {"spend", spend}, {nullptr, nullptr}};

}  // namespace

void push_library(lua_State* lua) {
  lua_newtable(lua);
  for (const luaL_Reg* each = functions; each->name != nullptr; ++each) {
    lua_pushcfunction(lua, each->func);
    lua_setfield(lua, -2, each->name);
  }
}

}  // namespace script
