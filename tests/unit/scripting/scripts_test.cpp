#include "gateway/scripting/scripts.h"

#include <doctest/doctest.h>

#include <string>
#include <thread>

using script::Policy;
using script::Scripts;
using script::Trust;

namespace {

int answer(lua_State* lua) {
  lua_pushinteger(lua, script::State::of(lua).subject<int>());
  return 1;
}

void open_host(lua_State* lua) {
  lua_newtable(lua);
  lua_newtable(lua);
  lua_pushcfunction(lua, answer);
  lua_setfield(lua, -2, "subject");
  lua_setfield(lua, -2, "deep");
  lua_setglobal(lua, "host");
}

void keep_text(lua_State* lua, void* text) {
  if (lua_isboolean(lua, -1) != 0)
    *static_cast<std::string*>(text) = lua_toboolean(lua, -1) != 0 ? "true" : "false";
  else if (lua_isnil(lua, -1))
    *static_cast<std::string*>(text) = "nil";
  else if (const char* shown = lua_tostring(lua, -1))
    *static_cast<std::string*>(text) = shown;
  else
    *static_cast<std::string*>(text) = luaL_typename(lua, -1);
}

Policy with_trust(Trust trust) {
  Policy policy;
  policy.trust = trust;
  return policy;
}

struct Room {
  explicit Room(Policy policy = {}) : scripts(std::move(policy), {{"host"}, open_host}) {}

  // What the script returns, or "error: why".
  std::string run(size_t script) {
    std::string text;
    int subject = 7;
    const std::string error = scripts.run(script, &subject, keep_text, &text);
    return error.empty() ? text : "error: " + error;
  }
  std::string operator()(std::string text) { return run(scripts.add(std::move(text))); }

  Scripts scripts;
};

// Which bound is met first is up to the machine.
bool is_ended(const std::string& outcome) { return outcome == "error: too many steps" || outcome == "error: too much processor time"; }

}  // namespace

TEST_CASE("a script returns what it computes") {
  Room room;
  CHECK(room("return 6 * 7") == "42");
  CHECK(room("return 'a' .. 1") == "a1");
  CHECK(room("local x = 1") == "nil");
  CHECK(room("return host.deep.subject()") == "7");
  CHECK(room("return tostring(pcall(error, 'x'))") == "false");
  CHECK(room("local t = {3, 1, 2} table.sort(t) return table.concat(t, ',')") == "1,2,3");
  CHECK(room("local t = {} for i = 1, 100 do t[i] = (i * 37) % 101 end table.sort(t, function(a, b) return a > b end) "
             "return t[1] .. ',' .. t[50] .. ',' .. t[100]") == "100,51,1");
  CHECK(room("local c = coroutine.wrap(function(a) local b = coroutine.yield(a + 1) return b * 2 end) return c(1) .. "
             "',' .. c(10)") == "2,20");
  CHECK(room("local good, why = xpcall(function() error('x', 0) end, function(e) return e .. 'y' end) return "
             "tostring(good) .. why") == "falsexy");
  CHECK(
      room(
          "local t = {1, 2} table.insert(t, 1, 0) table.insert(t, 3) table.remove(t, 2) return table.concat(t, ',')") ==
      "0,2,3");
}

TEST_CASE("strings are searched as Lua's manual says") {
  Room room;
  CHECK(room("return (('hello world'):gsub('o', '0'))") == "hell0 w0rld");
  CHECK(room("return (('hello'):gsub('', '-'))") == "-h-e-l-l-o-");
  CHECK(room("return select(2, ('abc'):gsub('%w', '%0%0'))") == "3");
  CHECK(room("return (('abc'):gsub('%w', '%0%0', 2))") == "aabbc");
  CHECK(room("return (('hello world'):gsub('(%w+) (%w+)', '%2 %1'))") == "world hello");
  CHECK(room("return (('abc'):gsub('%w', '%1'))") == "abc");
  CHECK(room("return (('a.b'):gsub('%.', '%%'))") == "a%b");
  CHECK(room("return (('$name is $age'):gsub('%$(%w+)', {name = 'x', age = 3}))") == "x is 3");
  CHECK(room("return (('abc'):gsub('%w', function(c) if c == 'b' then return 'B' end end))") == "aBc");
  CHECK(room("return (('aaa'):gsub('^a', 'b'))") == "baa");
  CHECK(room("local n = 0 for k, v in ('a=1, b=2'):gmatch('(%w+)=(%w+)') do n = n + v end return n") == "3");
  CHECK(room("local n = 0 for w in ('one two'):gmatch('%a+') do n = n + #w end return n") == "6");
  CHECK(room("return ('a.b'):find('.', 1, true)") == "2");
  CHECK(room("return select('#', ('abc'):find('(b)(c)'))") == "4");
  CHECK(room("return ('abc'):find('x')") == "nil");
  CHECK(room("return ('abc'):find('', 10)") == "nil");
  CHECK(room("return ('abc'):match('^(b)', 2)") == "b");
  CHECK(room("return ('abc'):match('c', -1)") == "c");
  CHECK(room("return (('abc'):gsub('b', '%2'))").find("invalid capture index") != std::string::npos);
  CHECK(room("return ('x'):match('[')").find("malformed pattern") != std::string::npos);
}

TEST_CASE("the sandbox has nothing that reaches out of it") {
  Room room;
  for (const char* name :
       {"io",           "debug",          "package",   "ffi",         "jit",          "bit",
        "load",         "loadstring",     "loadfile",  "dofile",      "print",        "setmetatable",
        "getmetatable", "rawget",         "rawset",    "rawequal",    "setfenv",      "getfenv",
        "newproxy",     "collectgarbage", "module",    "string.dump", "os.execute",   "os.exit",
        "os.getenv",    "os.remove",      "os.rename", "os.tmpname",  "os.setlocale", "math.randomseed"})
    CHECK_MESSAGE(room(std::string("return ") + name) == "nil", name);
  CHECK(room("return require('cjson')") == "error: require 'cjson' not allowed within sandbox");
  CHECK(room("return ('').dump") == "nil");
  CHECK(room("return _G.io") == "nil");
  CHECK(room("return tostring(_G._G == _G)") == "true");
  CHECK(room("\x1bLJ\x02").starts_with("error: "));
}

TEST_CASE("no script leaves anything behind") {
  Room room;
  const size_t counts = room.scripts.add("n = (n or 0) + 1 return n");
  CHECK(room.run(counts) == "1");
  CHECK(room.run(counts) == "1");
  CHECK(room("string.rep = nil").find("attempt to change rep, which is shared") != std::string::npos);
  CHECK(room("host.deep.subject = 5").find("attempt to change subject") != std::string::npos);
  CHECK(room("host.deep = 5").find("attempt to change deep") != std::string::npos);
  CHECK(room("table.insert(string, 1)").find("attempt to change") == std::string::npos);
  CHECK(room("return ('x'):rep(3) .. host.deep.subject()") == "xxx7");
  CHECK(room("string = nil return 1") == "1");
  CHECK(room("return #string.rep('x', 2)") == "2");
}

TEST_CASE("what settings name is in the sandbox, and only that") {
  Policy policy;
  policy.modules = {"bit", "absent"};
  policy.environment = {"print", "os.getenv", "rawget", "none.of.these"};
  Room room(policy);
  CHECK(room("return type(print) .. type(rawget) .. type(os.getenv) .. type(os.time)") ==
        "functionfunctionfunctionfunction");
  CHECK(room("return type(os.execute)") == "nil");
  CHECK(room("os.x = 1").find("attempt to change x") != std::string::npos);
  CHECK(room("return require('bit').bor(1, 2)") == "3");
  CHECK(room("return require('absent')") == "error: module 'absent' not found");
  CHECK(room("return require('ffi')") == "error: require 'ffi' not allowed within sandbox");
}

TEST_CASE("a trusted script has all of LuaJIT") {
  Room room(with_trust(Trust::on));
  CHECK(room("return type(io.open) .. type(require('ffi')) .. type(os.getenv) .. type(string.dump)") ==
        "functiontablefunctionfunction");
  CHECK(room("return require('bit').band(6, 3)") == "2");
  CHECK(room("x = 1 return x") == "1");
  CHECK(room("return x") == "nil");
}

TEST_CASE("a script that does not end is ended, whatever it catches") {
  Room room;
  for (const char* text :
       {"while true do end", "repeat until false", "for i = 1, 1e300 do end",
        "while true do pcall(function() while true do end end) end",
        "local function f() while true do end end while true do xpcall(f, f) end",
        "while true do coroutine.wrap(function() while true do end end)() end",
        "while true do coroutine.resume(coroutine.create(function() while true do end end)) end",
        "while true do pcall(error) end", "local function f() return f() end f()",
        "local function f() pcall(f) return f() end f()",
        "for w in ('x'):gmatch('') do while true do pcall(pcall, pcall) end end",
        "('x'):gsub('x', function() while true do end end)", "table.sort({3, 2, 1}, function() while true do end end)",
        "local function b() b() end while true do pcall(b) end",
        "local function f() coroutine.wrap(f)() return f() end while true do pcall(f) end"}) {
    CHECK_MESSAGE(is_ended(room(text)), std::string(text));
    CHECK(room("return 1") == "1");
  }
}

TEST_CASE("a script that calls itself too deep ends with an error") {
  Room room;
  CHECK(room("local function f() f() end f()").find("stack overflow") != std::string::npos);
  CHECK(room("local f f = function() return (('a'):gsub('a', f)) end return f()").starts_with("error: "));
  CHECK(room("local f f = function() table.sort({2, 1}, f) end f()").starts_with("error: "));
  CHECK(room("local f f = function() coroutine.wrap(f)() end f()").find("too many coroutines") != std::string::npos);
  CHECK(room("local f f = function() local good, why = coroutine.resume(coroutine.create(f)) if not good then "
             "error(why, 0) end end f()")
            .find("too many coroutines") != std::string::npos);
  CHECK(room("local t = {} for i = 1, 200 do t = {t} end return 1") == "1");
  CHECK(room("for i = 1, 200 do pcall(coroutine.wrap(function() error('x') end)) end return coroutine.wrap(function() "
             "return 5 end)()") == "5");
}

TEST_CASE("a script that fills its memory ends, and the next one has all of it again") {
  Room room;
  for (const char* text :
       {"return ('x'):rep(1e9)", "return string.rep('x', 1e9)", "local s = 'x' while true do s = s .. s end",
        "local t = {} while true do t[#t + 1] = ('x'):rep(10000) .. #t end",
        "local t = {} for i = 1, 20 do t[i] = ('x'):rep(1e6) .. i end return table.concat(t)"}) {
    CHECK_MESSAGE(room(text) == "error: not enough memory", std::string(text));
    CHECK(room("return #('x'):rep(1e6)") == "1000000");
  }
  CHECK(room("return #string.rep('', 1e9)") == "0");
  CHECK(room("for i = 1, 30 do local s = ('x'):rep(1e6) .. i end return 1") == "1");
}

TEST_CASE("a pattern that goes back again and again ends with an error") {
  Room room;
  for (const char* text :
       {"return (('a'):rep(1e5)):find('.-.-.-.-b')", "return (('a'):rep(30)):match(('a?'):rep(30) .. ('a'):rep(30))",
        "return (('a'):rep(1e6)):gsub('.-b', '')", "for w in (('a'):rep(1e5)):gmatch('a*a*a*b') do end"})
    CHECK_MESSAGE(room(text).starts_with("error: "), std::string(text));
  CHECK(room("return (('a'):rep(2e5)):find(('x'):rep(1e5), 1, true)") == "nil");
}

TEST_CASE("loops that are out of the counter's sight are bounded too") {
  Policy policy;
  policy.limits.cpu_ms_max = 20;
  Room room(policy);
  for (const char* text :
       {"local t = {} for i = 1, 2e5 do t[i] = i end while true do table.insert(t, 1, 0) table.remove(t, 1) end",
        "local t = {} for i = 1, 2e5 do t['k' .. i] = i end for k in pairs(t) do t[k] = nil end while true do local k "
        "= next(t) end",
        "local s = ('x'):rep(2e6) while true do local t = s .. 'y' end",
        "local s = ('x'):rep(2e6) while true do local t = s:upper() end"}) {
    const std::string outcome = room(text);
    CHECK_MESSAGE(bool(is_ended(outcome) || outcome == "error: not enough memory"), outcome);
  }
  CHECK(room("table.insert({}, -1e9, 1)").find("position out of bounds") != std::string::npos);
  CHECK(room("return table.remove({1, 2}, -1e9)") == "nil");
  CHECK(room("return unpack({}, 1, 1e8)").starts_with("error: "));
}

TEST_CASE("an error's text is told, other errors by their kind") {
  Room room;
  CHECK(room("error('plain')") == "error: [string \"error('plain')\"]:1: plain");
  CHECK(room("error({})") == "error: error object is a table value");
  CHECK(room("error()") == "error: error object is a nil value");
  CHECK(room("local x return x.y").find("attempt to index local 'x' (a nil value)") != std::string::npos);
  CHECK(room("error(('x'):rep(1e5), 0)").size() < 1100);
  CHECK(room("x y").find("'=' expected near 'y'") != std::string::npos);
}

TEST_CASE("every thread has a state of its own") {
  Room room;
  const size_t script = room.scripts.add("return host.deep.subject()");
  CHECK(room.run(script) == "7");
  std::thread other([&] {
    std::string text;
    int subject = 8;
    CHECK(room.scripts.run(script, &subject, keep_text, &text).empty());
    CHECK(text == "8");
  });
  other.join();
  CHECK(room.run(script) == "7");
  CHECK(room.scripts.states() == 2);
}
