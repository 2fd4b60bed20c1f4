#include "gateway/scripting/prelude.h"

namespace script {

// Arguments: the library of library.cpp; whether scripts are trusted; names of the host's globals; further globals of
// the sandbox; modules that `require` gives there. Result: the function that runs a chunk.
const std::string_view prelude = R"lua(
local library, trusted, host_globals, environment, modules = ...
local _G, type, pairs, ipairs, select, error, tostring = _G, type, pairs, ipairs, select, error, tostring
local setmetatable, getmetatable, setfenv, unpack, next = setmetatable, getmetatable, setfenv, unpack, next
local sub, concat = string.sub, table.concat

-- Loops that LuaJIT runs in C, out of the hook's sight, are written in Lua here, or take steps of their own.

string.find, string.match = library.find, library.match

local scan, expand = library.scan, library.expand

local function captured(first, last, ...)
  return first, last, select('#', ...), ...
end

function string.gmatch(text, pattern)
  local place = 1
  local function after(first, last, count, ...)
    if not first then return nil end
    place = last >= first and last + 1 or first + 1
    if count == 0 then return sub(text, first, last) end
    return ...
  end
  return function()
    if place > #text + 1 then return nil end
    return after(captured(scan(text, pattern, place, false)))
  end
end

local function replacement(with, kind, whole, count, ...)
  if kind == 'string' then return expand(with, whole, ...) end
  local value
  if kind == 'table' then
    value = with[count == 0 and whole or (...)]
  elseif count == 0 then
    value = with(whole)
  else
    value = with(...)
  end
  if not value then return whole end
  if type(value) ~= 'string' and type(value) ~= 'number' then error('invalid replacement value (a ' .. type(value) .. ')', 0) end
  return value
end

function string.gsub(text, pattern, with, count_max)
  text, pattern = tostring(text), tostring(pattern)
  local kind = type(with)
  if kind == 'number' then with, kind = tostring(with), 'string' end
  if kind ~= 'string' and kind ~= 'table' and kind ~= 'function' then
    error("bad argument #3 to 'gsub' (string/function/table expected, got " .. kind .. ')', 2)
  end
  local anchored = sub(pattern, 1, 1) == '^'
  local pieces, size, place, count, done = {}, 0, 1, 0, false
  local function add(first, last, captures, ...)
    if not first then
      done = true
      return
    end
    count = count + 1
    pieces[size + 1] = sub(text, place, first - 1)
    pieces[size + 2] = replacement(with, kind, sub(text, first, last), captures, ...)
    size = size + 2
    if last >= first then
      place = last + 1
    else
      size = size + 1
      pieces[size] = sub(text, first, first)
      place = first + 1
    end
  end
  while not done and place <= #text + 1 and count < (count_max or #text + 1) do
    add(captured(scan(text, pattern, place, true)))
    done = done or anchored
  end
  pieces[size + 1] = sub(text, place)
  return concat(pieces), count
end

-- By merging: comparisons are the script's own steps, and no order of the values makes them many.
function table.sort(list, less)
  less = less or function(a, b) return a < b end
  local size, from, to, width = #list, list, {}, 1
  while width < size do
    for begin = 1, size, 2 * width do
      local left, right = begin, begin + width
      local left_end, right_end = right, begin + 2 * width
      for place = begin, begin + 2 * width - 1 do
        if place > size then break end
        if left < left_end and left <= size and (right >= right_end or right > size or not less(from[right], from[left])) then
          to[place], left = from[left], left + 1
        else
          to[place], right = from[right], right + 1
        end
      end
    end
    from, to, width = to, from, 2 * width
  end
  if from ~= list then
    for place = 1, size do list[place] = from[place] end
  end
end

local insert, remove = table.insert, table.remove

function table.insert(list, place, ...)
  if select('#', ...) == 0 then return insert(list, place) end
  if type(place) == 'number' and (place < 1 or place > #list + 1) then error("bad argument #2 to 'insert' (position out of bounds)", 2) end
  return insert(list, place, ...)
end

function table.remove(list, place)
  if place == nil then return remove(list) end
  if type(place) == 'number' and (place < 1 or place > #list) then return nil end
  return remove(list, place)
end

-- Where the stack is full no hook can be called, and the error of that can be caught for ever: who catches pays beforehand.
local protected, spend = pcall, library.spend

function pcall(...)
  spend()
  return protected(...)
end

-- The handler runs after the fall, not during it: hooks are silent meanwhile.
local function handled(handler, good, ...)
  if good then return good, ... end
  return good, handler(...)
end

function xpcall(body, handler, ...)
  return handled(handler, pcall(body, ...))
end

local create, resume = coroutine.create, coroutine.resume
local enter, leave = library.enter, library.leave

function coroutine.resume(thread, ...)
  enter()
  return leave(resume(thread, ...))
end

local function or_raise(good, ...)
  if not good then error(..., 0) end
  return ...
end

function coroutine.wrap(body)
  local thread = create(body)
  return function(...)
    enter()
    return or_raise(leave(resume(thread, ...)))
  end
end

-- What is shared by scripts can be read, not written: none leaves anything behind for another one.
local function refuse(_, name)
  error('attempt to change ' .. tostring(name) .. ', which is shared', 2)
end

local function locked(given)
  local own = getmetatable(given)
  if own == false then return given end
  local kept = {}
  for name, value in pairs(given) do kept[name] = type(value) == 'table' and locked(value) or value end
  if own then setmetatable(kept, {__index = own.__index}) end
  return setmetatable({}, {__index = kept, __newindex = refuse, __call = own and own.__call, __metatable = false})
end

local function denied(name)
  error("require '" .. tostring(name) .. "' not allowed within sandbox", 0)
end

local room
if trusted then
  room = _G
else
  local allowed, loaded, known, preload = {}, {}, package.loaded, package.preload
  for _, name in ipairs(modules) do allowed[name] = true end
  room = {
    require = function(name)
      if not allowed[name] then denied(name) end
      if not loaded[name] then
        local open = preload[name]
        if not open and not known[name] then error("module '" .. name .. "' not found", 0) end
        loaded[name] = locked(open and open(name) or known[name])
      end
      return loaded[name]
    end,
  }
  for _, name in ipairs {'_VERSION', 'assert', 'error', 'ipairs', 'next', 'pairs', 'pcall', 'select', 'tonumber', 'tostring', 'type', 'unpack', 'xpcall'} do
    room[name] = _G[name]
  end
  local function part(library_name, names)
    local shown = {}
    for _, name in ipairs(names) do shown[name] = _G[library_name][name] end
    room[library_name] = locked(shown)
    return shown
  end
  part('coroutine', {'create', 'resume', 'running', 'status', 'wrap', 'yield'})
  part('math', {'abs', 'acos', 'asin', 'atan', 'atan2', 'ceil', 'cos', 'cosh', 'deg', 'exp', 'floor', 'fmod', 'frexp', 'huge', 'ldexp', 'log', 'log10',
    'max', 'min', 'modf', 'pi', 'pow', 'rad', 'random', 'sin', 'sinh', 'sqrt', 'tan', 'tanh'})
  part('os', {'clock', 'date', 'difftime', 'time'})
  part('table', {'concat', 'insert', 'maxn', 'remove', 'sort'})
  -- Methods of strings are found in this table too.
  getmetatable('').__index = part('string', {'byte', 'char', 'find', 'format', 'gmatch', 'gsub', 'len', 'lower', 'match', 'rep', 'reverse', 'sub', 'upper'})
  getmetatable('').__metatable = false
  for _, name in ipairs(host_globals) do room[name] = locked(_G[name]) end

  -- "a.b.c": the value of that name, in tables that scripts cannot write to either.
  local function link(path, from, into)
    local head, rest = string.match(path, '^([^.]+)%.?(.*)$')
    local value = head and from[head]
    if value == nil then return end
    if rest == '' then
      into[head] = type(value) == 'table' and locked(value) or value
    elseif type(value) == 'table' then
      local inner = {}
      local shown = into[head]
      if shown ~= nil then setmetatable(inner, {__index = shown}) end
      link(rest, value, inner)
      into[head] = setmetatable({}, {__index = inner, __newindex = refuse, __metatable = false})
    end
  end
  for _, path in ipairs(environment) do link(path, _G, room) end
end

local inside = {__index = room, __metatable = false}

return function(chunk)
  local globals = setmetatable({}, inside)
  globals._G = globals
  return setfenv(chunk, globals)()
end
)lua";

}  // namespace script
