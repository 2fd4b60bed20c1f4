#pragma once
// Values of Lua as JSON and back. All of these raise Lua errors, also when the script's memory runs out; destructors on
// the way run, since LuaJIT unwinds the stack as exceptions do.

#include <lua.hpp>
#include <string>
#include <string_view>

namespace plugins {

// Text, number, boolean, or a table of these: one whose keys are 1..n becomes an array (with few holes, null each), any
// other an object, an empty one too. The null of push_json is null. Raises an error for anything else, for tables that
// are deeper than 100 or hold themselves, for numbers that JSON has not, and beyond 1 MiB of text.
void append_lua_json(lua_State* lua, int index, std::string& out);

// Pushes what the text says; false, and nothing is pushed, when it is no JSON. Raises an error for what is deeper than
// 100.
bool push_json(lua_State* lua, std::string_view text);

// Pushes JSON's null, which is not nil: members can have it.
void push_json_null(lua_State* lua);

// Makes the modules cjson and cjson.safe known to `require`: encode, decode, null.
void preload_cjson(lua_State* lua);

}  // namespace plugins
