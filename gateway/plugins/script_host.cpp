#include "gateway/plugins/script_host.h"

#include <algorithm>
#include <array>
#include <string>

#include "gateway/http/query.h"
#include "gateway/http/uri.h"
#include "gateway/plugins/lua_json.h"
#include "gateway/plugins/spoken_version.h"

namespace plugins {
namespace {

constexpr lua_Integer members_max = 100, members_at_most = 1000;

// "3.9.1" as 3009001.
lua_Integer version_number() {
  lua_Integer number = 0, part = 0;
  for (char c : spoken_version) {
    if (c == '.')
      number = number * 1000 + std::exchange(part, 0);
    else
      part = part * 10 + (c - '0');
  }
  return number * 1000 + part;
}

int open_meta(lua_State* lua) {
  lua_newtable(lua);
  push_text(lua, spoken_version);
  lua_setfield(lua, -2, "_VERSION");
  return 1;
}

// kong.ctx: only what is shared by the scripts of a request.
int context(lua_State* lua) {
  if (text_argument(lua, 2) != "shared") return 0;
  return push_request_table(lua, "shared");
}

int no_such_table(lua_State* lua) { return luaL_error(lua, "only kong.ctx.shared can be written to"); }

void open(lua_State* lua) {
  preload_cjson(lua);
  lua_getfield(lua, LUA_REGISTRYINDEX, "_PRELOAD");
  lua_pushcfunction(lua, open_meta);
  lua_setfield(lua, -2, "kong.meta");
  lua_pop(lua, 1);

  lua_newtable(lua);
  push_text(lua, spoken_version);
  lua_setfield(lua, -2, "version");
  lua_pushinteger(lua, version_number());
  lua_setfield(lua, -2, "version_num");
  lua_newtable(lua);
  guard_table(lua, context, no_such_table);
  lua_setfield(lua, -2, "ctx");
  add_script_request(lua);
  add_script_response(lua);
  add_script_entities(lua);
  add_script_log(lua);
  lua_setglobal(lua, "kong");

  lua_newtable(lua);
  add_ngx(lua);
  add_ngx_codecs(lua);
  lua_setglobal(lua, "ngx");
}

lua_Integer bound_of(lua_State* lua, const char* what) {
  if (lua_isnoneornil(lua, 1)) return members_max;
  if (lua_type(lua, 1) != LUA_TNUMBER) luaL_error(lua, "%s must be a number", what);
  const lua_Integer bound = lua_tointeger(lua, 1);
  if (bound < 1) luaL_error(lua, "%s must be >= 1", what);
  if (bound > members_at_most) luaL_error(lua, "%s must be <= %d", what, static_cast<int>(members_at_most));
  return bound;
}

// Adds name and value, which lie on the top of the stack, to the table below them.
void add_member(lua_State* lua) {
  lua_pushvalue(lua, -2);
  lua_rawget(lua, -4);
  if (lua_isnil(lua, -1)) {
    lua_pop(lua, 1);
    lua_rawset(lua, -3);
    return;
  }
  if (!lua_istable(lua, -1)) {
    lua_createtable(lua, 2, 0);
    lua_insert(lua, -2);
    lua_rawseti(lua, -2, 1);
    lua_pushvalue(lua, -3);
    lua_pushvalue(lua, -2);
    lua_rawset(lua, -6);
  }
  lua_insert(lua, -2);
  lua_rawseti(lua, -2, static_cast<int>(lua_objlen(lua, -2)) + 1);
  lua_pop(lua, 2);
}

int push_truncated(lua_State* lua, bool truncated) {
  if (truncated)
    lua_pushliteral(lua, "truncated");
  else
    lua_pushnil(lua);
  return 2;
}

void push_lower(lua_State* lua, std::string_view name) {
  std::string lower(name);
  for (char& c : lower) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  push_text(lua, lower);
}

bool same_name(std::string_view a, std::string_view b) {
  const auto plain = [](char c) { return c == '_' ? '-' : static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c); };
  return std::ranges::equal(a, b, {}, plain, plain);
}

}  // namespace

script::Host script_host() { return {{"kong", "ngx"}, open}; }

bool is_script_module(std::string_view name) {
  constexpr std::array known = {"bit", "cjson", "cjson.safe", "kong.meta"};
  return std::ranges::find(known, name) != known.end();
}

std::string_view text_argument(lua_State* lua, int index) {
  size_t bytes = 0;
  const char* text = luaL_checklstring(lua, index, &bytes);
  return {text, bytes};
}

int push_text(lua_State* lua, std::string_view text) {
  lua_pushlstring(lua, text.data() == nullptr ? "" : text.data(), text.size());
  return 1;
}

int push_text_or_nil(lua_State* lua, std::string_view text) {
  if (text.data() != nullptr) return push_text(lua, text);
  lua_pushnil(lua);
  return 1;
}

void add_table(lua_State* lua, const char* name, const luaL_Reg* functions) {
  lua_newtable(lua);
  luaL_register(lua, nullptr, functions);
  lua_setfield(lua, -2, name);
}

void guard_table(lua_State* lua, lua_CFunction read, lua_CFunction write) {
  lua_newtable(lua);
  lua_pushcfunction(lua, read);
  lua_setfield(lua, -2, "__index");
  lua_pushcfunction(lua, write);
  lua_setfield(lua, -2, "__newindex");
  lua_pushboolean(lua, 0);
  lua_setfield(lua, -2, "__metatable");
  lua_setmetatable(lua, -2);
}

std::string_view header_of(const http::Headers& headers, std::string_view name) {
  for (const http::Header& header : headers.all())
    if (same_name(header.name, name)) return header.value.data() == nullptr ? std::string_view("") : header.value;
  return {};
}

int push_headers(lua_State* lua, const http::Headers& headers, std::string_view host) {
  lua_Integer left = bound_of(lua, "max_headers");
  lua_newtable(lua);
  const auto add = [&](std::string_view name, std::string_view value) {
    if (--left < 0) return;
    push_lower(lua, name);
    push_text(lua, value);
    add_member(lua);
  };
  if (!host.empty() && !headers.has(http::Name::host)) add("host", host);
  for (const http::Header& header : headers.all()) add(header.name, header.value);
  return push_truncated(lua, left < 0);
}

int push_query(lua_State* lua, std::string_view query) {
  lua_Integer left = bound_of(lua, "max_args");
  lua_newtable(lua);
  http::each_parameter(query, [&](const http::Parameter& parameter) {
    if (--left < 0) return false;
    push_text(lua, http::decode(parameter.name, true));
    if (parameter.has_value)
      push_text(lua, http::decode(parameter.value, true));
    else
      lua_pushboolean(lua, 1);
    add_member(lua);
    return true;
  });
  return push_truncated(lua, left < 0);
}

int push_request_table(lua_State* lua, const char* name) {
  constexpr const char* place = "gateway.request";
  const std::string_view id = exchange_of(lua).request_id;
  lua_getfield(lua, LUA_REGISTRYINDEX, place);
  bool of_this = false;
  if (lua_istable(lua, -1)) {
    lua_rawgeti(lua, -1, 1);
    of_this = text_argument(lua, -1) == id;
    lua_pop(lua, 1);
  }
  if (!of_this) {
    lua_pop(lua, 1);
    lua_newtable(lua);
    push_text(lua, id);
    lua_rawseti(lua, -2, 1);
    lua_pushvalue(lua, -1);
    lua_setfield(lua, LUA_REGISTRYINDEX, place);
  }
  lua_getfield(lua, -1, name);
  if (lua_istable(lua, -1)) return 1;
  lua_pop(lua, 1);
  lua_newtable(lua);
  lua_pushvalue(lua, -1);
  lua_setfield(lua, -3, name);
  return 1;
}

}  // namespace plugins
