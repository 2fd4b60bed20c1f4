// The rules of Lua code. It is compiled and not run; where it is run, and within what bounds, is not known here.

#include <lua.hpp>
#include <memory>

#include "schema/named_checks.h"

namespace schema {

namespace {

// The code is its own name: an error begins with its first line. Bytecode is no code.
int compile(lua_State* lua) {
  const std::string_view code = *static_cast<const std::string_view*>(lua_touserdata(lua, 1));
  lua_pushlstring(lua, code.data(), code.size());
  if (luaL_loadbufferx(lua, code.data(), code.size(), lua_tostring(lua, -1), "t") != 0) lua_error(lua);
  return 0;
}

}  // namespace

std::string lua_expression(const Value& value) {
  const std::unique_ptr<lua_State, decltype(&lua_close)> lua(luaL_newstate(), lua_close);
  if (lua == nullptr) return {};
  std::string_view code = value.as_text();
  if (lua_cpcall(lua.get(), compile, &code) == 0) return {};
  const char* fault = lua_type(lua.get(), -1) == LUA_TSTRING ? lua_tostring(lua.get(), -1) : "not enough memory";
  return std::string("Error parsing function: ") + fault;
}

}  // namespace schema
