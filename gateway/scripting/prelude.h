#pragma once
// What every state runs first, in Lua.

#include <string_view>

namespace script {

extern const std::string_view prelude;

}  // namespace script
