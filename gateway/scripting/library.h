#pragma once
// Functions in C++ that the prelude puts in the place of LuaJIT's.

#include <lua.hpp>

namespace script {

// Pushes the table: find, match, scan, expand, enter, leave, spend.
void push_library(lua_State* lua);

}  // namespace script
