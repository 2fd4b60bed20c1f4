// kong.response: the answer that the client got. kong.service.response: what the upstream said.

#include "gateway/plugins/script_host.h"

namespace plugins {
namespace {

int push_header(lua_State* lua) {
  if (lua_type(lua, 1) != LUA_TSTRING) return luaL_error(lua, "header name must be a string");
  return push_text_or_nil(lua, header_of(exchange_of(lua).response.headers, text_argument(lua, 1)));
}

int get_status(lua_State* lua) {
  lua_pushinteger(lua, exchange_of(lua).response.status);
  return 1;
}
int get_headers(lua_State* lua) { return push_headers(lua, exchange_of(lua).response.headers, {}); }

// "error": the upstream could not answer; "exit": nobody asked it to.
int get_source(lua_State* lua) {
  const Exchange& exchange = exchange_of(lua);
  if (exchange.origin == Origin::upstream) return push_text(lua, "service");
  return push_text(lua, exchange.tries.empty() ? "exit" : "error");
}

constexpr luaL_Reg functions[] = {{"get_status", get_status},
                                  {"get_header", push_header},
                                  {"get_headers", get_headers},
                                  {"get_source", get_source},
                                  {nullptr, nullptr}};

int get_upstream_status(lua_State* lua) {
  const int status = exchange_of(lua).upstream_status;
  if (status == 0)
    lua_pushnil(lua);
  else
    lua_pushinteger(lua, status);
  return 1;
}

// The head that went to the client is what the upstream sent, with additions of ours; without an answer of its own
// there are no headers.
int get_upstream_header(lua_State* lua) {
  if (exchange_of(lua).origin == Origin::upstream) return push_header(lua);
  lua_pushnil(lua);
  return 1;
}
int get_upstream_headers(lua_State* lua) {
  if (exchange_of(lua).origin == Origin::upstream) return get_headers(lua);
  lua_newtable(lua);
  return 1;
}

constexpr luaL_Reg upstream_functions[] = {{"get_status", get_upstream_status},
                                           {"get_header", get_upstream_header},
                                           {"get_headers", get_upstream_headers},
                                           {nullptr, nullptr}};

}  // namespace

void add_script_response(lua_State* kong) {
  add_table(kong, "response", functions);
  lua_newtable(kong);
  add_table(kong, "response", upstream_functions);
  lua_setfield(kong, -2, "service");
}

}  // namespace plugins
