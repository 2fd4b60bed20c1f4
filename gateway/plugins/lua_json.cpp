#include "gateway/plugins/lua_json.h"

#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "gateway/plugins/json_text.h"

namespace plugins {
namespace {

constexpr int depth_max = 100;
constexpr size_t bytes_max = 1 << 20;
constexpr lua_Number always_an_array = 10;  // so many places may be empty however few are not

void append_number(lua_State* lua, lua_Number number, std::string& out) {
  if (!std::isfinite(number)) luaL_error(lua, "JSON has no such number");
  char digits[32];
  out.append(digits, static_cast<size_t>(std::snprintf(digits, sizeof digits, "%.14g", number)));
}

std::string_view text_at(lua_State* lua, int index) {
  size_t bytes = 0;
  const char* text = lua_tolstring(lua, index, &bytes);
  return {text, bytes};
}

// The greatest key when the table is a list; 0: it is an object.
int list_size(lua_State* lua, int table) {
  lua_Number greatest = 0, count = 0;
  for (lua_pushnil(lua); lua_next(lua, table) != 0; lua_pop(lua, 1), ++count) {
    const lua_Number key = lua_type(lua, -2) == LUA_TNUMBER ? lua_tonumber(lua, -2) : 0;
    if (key < 1 || key != std::floor(key) || key > 1e6) return lua_pop(lua, 2), 0;
    if (key > greatest) greatest = key;
  }
  return greatest <= always_an_array || greatest <= 2 * count ? static_cast<int>(greatest) : 0;
}

void append(lua_State* lua, int index, std::string& out, int depth);

void append_list(lua_State* lua, int table, int size, std::string& out, int depth) {
  out += '[';
  for (int i = 1; i <= size; ++i) {
    if (i > 1) out += ',';
    lua_rawgeti(lua, table, i);
    if (lua_isnil(lua, -1))
      out += "null";
    else
      append(lua, lua_gettop(lua), out, depth);
    lua_pop(lua, 1);
  }
  out += ']';
}

void append_object(lua_State* lua, int table, std::string& out, int depth) {
  out += '{';
  bool first = true;
  for (lua_pushnil(lua); lua_next(lua, table) != 0; lua_pop(lua, 1)) {
    if (!first) out += ',';
    first = false;
    if (lua_type(lua, -2) == LUA_TSTRING) {
      append_json_text(out, text_at(lua, -2));
    } else {
      if (lua_type(lua, -2) != LUA_TNUMBER) luaL_error(lua, "a key is a %s, not a string", luaL_typename(lua, -2));
      // Not lua_tolstring, which would change the key that lua_next goes on from.
      out += '"';
      append_number(lua, lua_tonumber(lua, -2), out);
      out += '"';
    }
    out += ':';
    append(lua, lua_gettop(lua), out, depth);
  }
  out += '}';
}

void append(lua_State* lua, int index, std::string& out, int depth) {
  if (depth > depth_max) luaL_error(lua, "table is too deep, or holds itself");
  if (out.size() > bytes_max) luaL_error(lua, "value is too large");
  luaL_checkstack(lua, 4, "table is too deep");
  switch (lua_type(lua, index)) {
    case LUA_TSTRING:
      append_json_text(out, text_at(lua, index));
      break;
    case LUA_TNUMBER:
      append_number(lua, lua_tonumber(lua, index), out);
      break;
    case LUA_TBOOLEAN:
      out += lua_toboolean(lua, index) != 0 ? "true" : "false";
      break;
    case LUA_TTABLE:
      if (const int size = list_size(lua, index); size > 0)
        append_list(lua, index, size, out, depth + 1);
      else
        append_object(lua, index, out, depth + 1);
      break;
    case LUA_TLIGHTUSERDATA:
      if (lua_touserdata(lua, index) == nullptr) {
        out += "null";
        break;
      }
      [[fallthrough]];
    default:
      luaL_error(lua, "a %s cannot be told as JSON", luaL_typename(lua, index));
  }
}

void push(lua_State* lua, const nlohmann::json& value, int depth) {
  if (depth > depth_max) luaL_error(lua, "JSON is too deep");
  luaL_checkstack(lua, 4, "JSON is too deep");
  switch (value.type()) {
    case nlohmann::json::value_t::string: {
      const auto& text = value.get_ref<const std::string&>();
      lua_pushlstring(lua, text.data(), text.size());
      break;
    }
    case nlohmann::json::value_t::boolean:
      lua_pushboolean(lua, value.get<bool>());
      break;
    case nlohmann::json::value_t::number_integer:
    case nlohmann::json::value_t::number_unsigned:
    case nlohmann::json::value_t::number_float:
      lua_pushnumber(lua, value.get<double>());
      break;
    case nlohmann::json::value_t::array: {
      lua_createtable(lua, static_cast<int>(value.size()), 0);
      int place = 0;
      for (const nlohmann::json& item : value) {
        push(lua, item, depth + 1);
        lua_rawseti(lua, -2, ++place);
      }
      break;
    }
    case nlohmann::json::value_t::object:
      lua_createtable(lua, 0, static_cast<int>(value.size()));
      for (const auto& member : value.items()) {
        lua_pushlstring(lua, member.key().data(), member.key().size());
        push(lua, member.value(), depth + 1);
        lua_rawset(lua, -3);
      }
      break;
    default:
      push_json_null(lua);
  }
}

int encode(lua_State* lua) {
  luaL_checkany(lua, 1);
  std::string text;
  append_lua_json(lua, 1, text);
  lua_pushlstring(lua, text.data(), text.size());
  return 1;
}

int decode(lua_State* lua) {
  size_t bytes = 0;
  const char* text = luaL_checklstring(lua, 1, &bytes);
  return push_json(lua, {text, bytes}) ? 1 : luaL_error(lua, "text is not JSON");
}

// The same without errors: nil and why.
template <lua_CFunction function>
int safe(lua_State* lua) {
  const int arguments = lua_gettop(lua);
  lua_pushcfunction(lua, function);
  lua_insert(lua, 1);
  if (lua_pcall(lua, arguments, 1, 0) == 0) return 1;
  lua_pushnil(lua);
  lua_insert(lua, 1);
  return 2;
}

int open_module(lua_State* lua, lua_CFunction encoder, lua_CFunction decoder) {
  lua_newtable(lua);
  lua_pushcfunction(lua, encoder);
  lua_setfield(lua, -2, "encode");
  lua_pushcfunction(lua, decoder);
  lua_setfield(lua, -2, "decode");
  push_json_null(lua);
  lua_setfield(lua, -2, "null");
  return 1;
}

}  // namespace

void append_lua_json(lua_State* lua, int index, std::string& out) {
  append(lua, index < 0 ? lua_gettop(lua) + 1 + index : index, out, 0);
  if (out.size() > bytes_max) luaL_error(lua, "value is too large");
}

bool push_json(lua_State* lua, std::string_view text) {
  const nlohmann::json value = nlohmann::json::parse(text, nullptr, false);
  if (value.is_discarded()) return false;
  push(lua, value, 0);
  return true;
}

void push_json_null(lua_State* lua) { lua_pushlightuserdata(lua, nullptr); }

void preload_cjson(lua_State* lua) {
  lua_getfield(lua, LUA_REGISTRYINDEX, "_PRELOAD");
  lua_pushcfunction(lua, [](lua_State* each) { return open_module(each, encode, decode); });
  lua_setfield(lua, -2, "cjson");
  lua_pushcfunction(lua, [](lua_State* each) { return open_module(each, safe<encode>, safe<decode>); });
  lua_setfield(lua, -2, "cjson.safe");
  lua_pop(lua, 1);
}

}  // namespace plugins
