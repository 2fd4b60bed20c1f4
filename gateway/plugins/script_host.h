#pragma once
// What a script sees of its request: `kong` and `ngx`, as far as they make sense when a request is over. Each part has
// a file of its own.

#include <lua.hpp>
#include <string_view>

#include "gateway/plugins/exchange.h"
#include "gateway/scripting/state.h"

namespace observe {
class Log;
}  // namespace observe

namespace plugins {

// Whom a script runs for: the subject of script::Scripts::run.
struct ScriptSubject {
  const Exchange& exchange;
  std::string_view plugin;      // "file-log"
  observe::Log* log = nullptr;  // where kong.log writes; nullptr: nowhere
};

script::Host script_host();

// The modules that `require` knows in the sandbox when untrusted_lua_sandbox_requires names them.
bool is_script_module(std::string_view name);

// The parts: each adds to the table on the top of the stack.
void add_script_request(lua_State* kong);
void add_script_response(lua_State* kong);
void add_script_entities(lua_State* kong);
void add_script_log(lua_State* kong);
void add_ngx(lua_State* ngx);
void add_ngx_codecs(lua_State* ngx);

// What the parts share.
inline const ScriptSubject& subject_of(lua_State* lua) { return script::State::of(lua).subject<const ScriptSubject>(); }
inline const Exchange& exchange_of(lua_State* lua) { return subject_of(lua).exchange; }
std::string_view text_argument(lua_State* lua, int index);    // raises an error when it is no text
int push_text(lua_State* lua, std::string_view text);         // 1, the number of results
int push_text_or_nil(lua_State* lua, std::string_view text);  // a null view is nil
// Sets `functions` in a new table that becomes the member `name` of the one on the top of the stack.
void add_table(lua_State* lua, const char* name, const luaL_Reg* functions);
// Gives the table on the top of the stack, which is empty, functions for what is read from it and written to it.
void guard_table(lua_State* lua, lua_CFunction read, lua_CFunction write);
// `name` in any case, with _ for - or the reverse; a null view when there is none.
std::string_view header_of(const http::Headers& headers, std::string_view name);
// A table of lower-case names; what is there several times is a list. 2 results: beyond the number at argument 1 (100;
// at most 1000) the second one is "truncated", else nil.
int push_headers(lua_State* lua, const http::Headers& headers, std::string_view host);
int push_query(lua_State* lua, std::string_view query);
// The table `name` of this request, the same one for all its scripts.
int push_request_table(lua_State* lua, const char* name);
int write_ngx_log(lua_State* lua);

}  // namespace plugins
