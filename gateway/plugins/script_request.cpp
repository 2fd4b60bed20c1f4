// kong.request: the client's request.

#include <charconv>
#include <string>

#include "gateway/http/authority.h"
#include "gateway/http/query.h"
#include "gateway/http/uri.h"
#include "gateway/plugins/script_host.h"

namespace plugins {
namespace {

int push_lower_host(lua_State* lua, std::string_view authority) {
  std::string host(http::host_of(authority));
  for (char& c : host) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  return push_text(lua, host);
}

int push_number(lua_State* lua, lua_Number number) {
  lua_pushnumber(lua, number);
  return 1;
}

// What a trusted peer says about the client's request; a null view when it says nothing, or is not trusted.
std::string_view told(const Exchange& exchange, http::Name name) {
  return exchange.client.trusted ? exchange.request.headers.get(name) : std::string_view();
}

std::string_view query_of(const Exchange& exchange) { return http::split_target(exchange.original_target).query; }

int get_scheme(lua_State* lua) { return push_text(lua, exchange_of(lua).client.scheme); }
int get_host(lua_State* lua) { return push_lower_host(lua, exchange_of(lua).request.host); }
int get_port(lua_State* lua) { return push_number(lua, exchange_of(lua).client.server_port); }
int get_method(lua_State* lua) { return push_text(lua, exchange_of(lua).request.method); }
int get_http_version(lua_State* lua) {
  return push_number(lua, exchange_of(lua).request.minor_version == 0 ? 1.0 : 1.1);
}
int get_start_time(lua_State* lua) {
  return push_number(lua, static_cast<lua_Number>(exchange_of(lua).timings.started_wall_ms));
}

int get_path(lua_State* lua) {
  const Exchange& exchange = exchange_of(lua);
  return push_text(lua, exchange.path.empty() ? http::split_target(exchange.original_target).raw_path : exchange.path);
}
int get_raw_path(lua_State* lua) {
  return push_text(lua, http::split_target(exchange_of(lua).original_target).raw_path);
}
int get_path_with_query(lua_State* lua) { return push_text(lua, exchange_of(lua).original_target); }
int get_raw_query(lua_State* lua) { return push_text(lua, query_of(exchange_of(lua))); }
int get_query(lua_State* lua) { return push_query(lua, query_of(exchange_of(lua))); }

int get_query_arg(lua_State* lua) {
  if (lua_type(lua, 1) != LUA_TSTRING) return luaL_error(lua, "query argument name must be a string");
  const std::string_view name = text_argument(lua, 1);
  lua_pushnil(lua);
  http::each_parameter(query_of(exchange_of(lua)), [&](const http::Parameter& parameter) {
    if (!http::has_name(parameter, name)) return true;
    if (parameter.has_value)
      push_text(lua, http::decode(parameter.value, true));
    else
      lua_pushboolean(lua, 1);
    return false;
  });
  return 1;
}

int get_header(lua_State* lua) {
  if (lua_type(lua, 1) != LUA_TSTRING) return luaL_error(lua, "header name must be a string");
  const Exchange& exchange = exchange_of(lua);
  const std::string_view name = text_argument(lua, 1);
  std::string_view value = header_of(exchange.request.headers, name);
  if (value.data() == nullptr && http::equal_names(name, "host") && !exchange.request.host.empty())
    value = exchange.request.host;
  return push_text_or_nil(lua, value);
}
int get_headers(lua_State* lua) {
  return push_headers(lua, exchange_of(lua).request.headers, exchange_of(lua).request.host);
}

int get_forwarded_scheme(lua_State* lua) {
  const std::string_view scheme = told(exchange_of(lua), http::Name::x_forwarded_proto);
  return scheme.data() == nullptr ? get_scheme(lua) : push_text(lua, scheme);
}
int get_forwarded_host(lua_State* lua) {
  const std::string_view host = told(exchange_of(lua), http::Name::x_forwarded_host);
  return host.data() == nullptr ? get_host(lua) : push_lower_host(lua, host);
}
int get_forwarded_port(lua_State* lua) {
  const std::string_view text = told(exchange_of(lua), http::Name::x_forwarded_port);
  uint16_t port = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), port);
  return text.empty() || read.ptr != text.data() + text.size() ? get_port(lua) : push_number(lua, port);
}
int get_forwarded_path(lua_State* lua) {
  const std::string_view path = told(exchange_of(lua), http::Name::x_forwarded_path);
  return path.data() == nullptr ? get_path(lua) : push_text(lua, path);
}
int get_forwarded_prefix(lua_State* lua) {
  const Exchange& exchange = exchange_of(lua);
  const std::string_view prefix = told(exchange, http::Name::x_forwarded_prefix);
  if (prefix.data() != nullptr) return push_text(lua, prefix);
  const std::string_view stripped =
      exchange.route != nullptr && exchange.route->strip_path ? exchange.match.matched_prefix : std::string_view();
  return push_text_or_nil(lua, stripped.empty() ? std::string_view() : stripped);
}

int get_uri_captures(lua_State* lua) {
  lua_newtable(lua);
  lua_newtable(lua);
  lua_newtable(lua);
  int place = 0;
  for (const routing::Capture& capture : exchange_of(lua).match.captures()) {
    push_text(lua, capture.value);
    if (!capture.name.empty()) {
      push_text(lua, capture.name);
      lua_pushvalue(lua, -2);
      lua_rawset(lua, -5);
    }
    lua_rawseti(lua, -2, place++);
  }
  lua_setfield(lua, -3, "unnamed");
  lua_setfield(lua, -2, "named");
  return 1;
}

int no_body(lua_State* lua) {
  return luaL_error(lua,
                    "function cannot be called in log phase (only in: rewrite, access, response, error, admin_api)");
}

constexpr luaL_Reg functions[] = {{"get_scheme", get_scheme},
                                  {"get_host", get_host},
                                  {"get_port", get_port},
                                  {"get_forwarded_scheme", get_forwarded_scheme},
                                  {"get_forwarded_host", get_forwarded_host},
                                  {"get_forwarded_port", get_forwarded_port},
                                  {"get_forwarded_path", get_forwarded_path},
                                  {"get_forwarded_prefix", get_forwarded_prefix},
                                  {"get_http_version", get_http_version},
                                  {"get_method", get_method},
                                  {"get_path", get_path},
                                  {"get_raw_path", get_raw_path},
                                  {"get_path_with_query", get_path_with_query},
                                  {"get_raw_query", get_raw_query},
                                  {"get_query_arg", get_query_arg},
                                  {"get_query", get_query},
                                  {"get_header", get_header},
                                  {"get_headers", get_headers},
                                  {"get_start_time", get_start_time},
                                  {"get_uri_captures", get_uri_captures},
                                  {"get_raw_body", no_body},
                                  {"get_body", no_body},
                                  {nullptr, nullptr}};

}  // namespace

void add_script_request(lua_State* kong) { add_table(kong, "request", functions); }

}  // namespace plugins
