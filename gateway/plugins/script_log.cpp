// kong.log and ngx.log: lines in the error log. kong.log.serialize: the log entry as a table.

#include <array>
#include <string>

#include "gateway/http/out.h"
#include "gateway/observe/log.h"
#include "gateway/plugins/access_record.h"
#include "gateway/plugins/lua_json.h"
#include "gateway/plugins/script_host.h"

namespace plugins {
namespace {

constexpr size_t line_bytes_max = 4096;

std::string_view shown(lua_State* lua, int index) {
  size_t bytes = 0;
  switch (lua_type(lua, index)) {
    case LUA_TNIL:
      return "nil";
    case LUA_TBOOLEAN:
      return lua_toboolean(lua, index) != 0 ? "true" : "false";
    case LUA_TSTRING:
    case LUA_TNUMBER: {
      const char* text = lua_tolstring(lua, index, &bytes);
      return {text, bytes};
    }
    default:
      return luaL_typename(lua, index);
  }
}

// The arguments from `first` on, one behind the other.
int write(lua_State* lua, observe::Level level, int first) {
  const ScriptSubject& subject = subject_of(lua);
  if (subject.log == nullptr || !subject.log->enabled(level)) return 0;
  std::string line("[");
  line.append(subject.plugin).append("] ");
  for (int i = first; i <= lua_gettop(lua) && line.size() < line_bytes_max; ++i)
    line += shown(lua, i).substr(0, line_bytes_max - line.size());
  observe::Subject about;
  if (subject.exchange.route != nullptr) about.route = subject.exchange.route->name;
  about.request_id = subject.exchange.request_id;
  subject.log->write(level, line, about);
  return 0;
}

template <observe::Level level>
int at_level(lua_State* lua) {
  return write(lua, level, 1);
}

// kong.log(...): the table itself is the first argument.
int at_notice(lua_State* lua) { return write(lua, observe::Level::notice, 2); }

int serialize(lua_State* lua) {
  http::Out record;
  write_access_record(exchange_of(lua), record);
  push_json(lua, record.view());
  return 1;
}

constexpr luaL_Reg functions[] = {{"debug", at_level<observe::Level::debug>},
                                  {"info", at_level<observe::Level::info>},
                                  {"notice", at_level<observe::Level::notice>},
                                  {"warn", at_level<observe::Level::warn>},
                                  {"err", at_level<observe::Level::error>},
                                  {"crit", at_level<observe::Level::crit>},
                                  {"alert", at_level<observe::Level::alert>},
                                  {"emerg", at_level<observe::Level::emerg>},
                                  {"serialize", serialize},
                                  {nullptr, nullptr}};

}  // namespace

void add_script_log(lua_State* kong) {
  add_table(kong, "log", functions);
  lua_getfield(kong, -1, "log");
  lua_newtable(kong);
  lua_pushcfunction(kong, at_notice);
  lua_setfield(kong, -2, "__call");
  lua_setmetatable(kong, -2);
  lua_pop(kong, 1);
}

// The levels of ngx.log count from the most severe one down, ngx.STDERR (0) to ngx.DEBUG (8).
int write_ngx_log(lua_State* lua) {
  using observe::Level;
  constexpr std::array levels = {Level::emerg, Level::emerg,  Level::alert, Level::crit, Level::error,
                                 Level::warn,  Level::notice, Level::info,  Level::debug};
  const lua_Integer level = luaL_checkinteger(lua, 1);
  if (level < 0 || level >= static_cast<lua_Integer>(levels.size())) return luaL_error(lua, "bad log level");
  return write(lua, levels[static_cast<size_t>(level)], 2);
}

}  // namespace plugins
