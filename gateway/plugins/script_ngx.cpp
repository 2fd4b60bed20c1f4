// ngx: variables by the names that users know from nginx, times, the request.

#include <ctime>
#include <iterator>
#include <string>

#include "gateway/http/authority.h"
#include "gateway/http/query.h"
#include "gateway/http/uri.h"
#include "gateway/plugins/script_host.h"

namespace plugins {
namespace {

int push_number_text(lua_State* lua, uint64_t number) { return push_text(lua, std::to_string(number)); }
int push_empty_as_nil(lua_State* lua, std::string_view text) {
  return push_text_or_nil(lua, text.empty() ? std::string_view() : text);
}

std::string seconds_text(uint64_t ms) {
  std::string text = std::to_string(ms / 1000) + ".000";
  for (size_t i = 0, rest = ms % 1000; i < 3; ++i, rest /= 10)
    text[text.size() - 1 - i] = static_cast<char>('0' + rest % 10);
  return text;
}

struct Variable {
  std::string_view name;
  int (*push)(lua_State*, const Exchange&);
};

int push_query_string(lua_State* lua, const Exchange& exchange) {
  return push_empty_as_nil(lua, http::split_target(exchange.original_target).query);
}
int push_path(lua_State* lua, const Exchange& exchange) { return push_text(lua, exchange.path); }

constexpr Variable variables[] = {
    {"args", push_query_string},
    {"bytes_sent",
     [](lua_State* lua, const Exchange& exchange) { return push_number_text(lua, exchange.response_bytes); }},
    {"content_length",
     [](lua_State* lua, const Exchange& exchange) {
       return push_text_or_nil(lua, exchange.request.headers.get(http::Name::content_length));
     }},
    {"content_type",
     [](lua_State* lua, const Exchange& exchange) {
       return push_text_or_nil(lua, exchange.request.headers.get(http::Name::content_type));
     }},
    {"document_uri", push_path},
    {"host",
     [](lua_State* lua, const Exchange& exchange) {
       std::string host(http::host_of(exchange.request.host));
       for (char& c : host) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
       return push_text(lua, host);
     }},
    {"http_host",
     [](lua_State* lua, const Exchange& exchange) { return push_empty_as_nil(lua, exchange.request.host); }},
    {"https", [](lua_State* lua,
                 const Exchange& exchange) { return push_text(lua, exchange.client.scheme == "https" ? "on" : ""); }},
    {"is_args",
     [](lua_State* lua, const Exchange& exchange) {
       return push_text(lua, http::split_target(exchange.original_target).query.empty() ? "" : "?");
     }},
    {"kong_proxy_mode", [](lua_State* lua, const Exchange&) { return push_text(lua, "http"); }},
    {"kong_request_id", [](lua_State* lua, const Exchange& exchange) { return push_text(lua, exchange.request_id); }},
    {"query_string", push_query_string},
    {"realip_remote_addr",
     [](lua_State* lua, const Exchange& exchange) { return push_text(lua, exchange.client.peer_ip); }},
    {"remote_addr", [](lua_State* lua, const Exchange& exchange) { return push_text(lua, exchange.client.ip); }},
    {"remote_port",
     [](lua_State* lua, const Exchange& exchange) { return push_number_text(lua, exchange.client.port); }},
    {"request_id", [](lua_State* lua, const Exchange& exchange) { return push_text(lua, exchange.request_id); }},
    {"request_length",
     [](lua_State* lua, const Exchange& exchange) { return push_number_text(lua, exchange.request_bytes); }},
    {"request_method",
     [](lua_State* lua, const Exchange& exchange) { return push_text(lua, exchange.request.method); }},
    {"request_time",
     [](lua_State* lua, const Exchange& exchange) {
       const Timings& timings = exchange.timings;
       return push_text(
           lua, seconds_text(timings.finished_ms > timings.started_ms ? timings.finished_ms - timings.started_ms : 0));
     }},
    {"request_uri", [](lua_State* lua, const Exchange& exchange) { return push_text(lua, exchange.original_target); }},
    {"scheme", [](lua_State* lua, const Exchange& exchange) { return push_text(lua, exchange.client.scheme); }},
    {"server_addr", [](lua_State* lua, const Exchange& exchange) { return push_text(lua, exchange.client.server_ip); }},
    {"server_name", [](lua_State* lua, const Exchange&) { return push_text(lua, "kong"); }},
    {"server_port",
     [](lua_State* lua, const Exchange& exchange) { return push_number_text(lua, exchange.client.server_port); }},
    {"server_protocol",
     [](lua_State* lua, const Exchange& exchange) {
       return push_text(lua, exchange.request.minor_version == 0 ? "HTTP/1.0" : "HTTP/1.1");
     }},
    {"ssl_cipher",
     [](lua_State* lua, const Exchange& exchange) { return push_empty_as_nil(lua, exchange.client.tls_cipher); }},
    {"ssl_protocol",
     [](lua_State* lua, const Exchange& exchange) { return push_empty_as_nil(lua, exchange.client.tls_version); }},
    {"ssl_server_name",
     [](lua_State* lua, const Exchange& exchange) { return push_empty_as_nil(lua, exchange.client.sni); }},
    {"status",
     [](lua_State* lua, const Exchange& exchange) {
       return push_number_text(lua, static_cast<uint64_t>(exchange.response.status));
     }},
    {"upstream_addr",
     [](lua_State* lua, const Exchange& exchange) {
       if (exchange.tries.empty()) return push_text_or_nil(lua, {});
       return push_text(lua, std::string(exchange.tries.back().ip) + ":" + std::to_string(exchange.tries.back().port));
     }},
    {"upstream_host", [](lua_State* lua, const Exchange& exchange) { return push_text(lua, exchange.upstream_host); }},
    {"upstream_status",
     [](lua_State* lua, const Exchange& exchange) {
       return exchange.upstream_status == 0 ? push_text_or_nil(lua, {})
                                            : push_number_text(lua, static_cast<uint64_t>(exchange.upstream_status));
     }},
    {"uri", push_path},
};

int push_argument(lua_State* lua, const Exchange& exchange, std::string_view name) {
  std::string value;
  const bool found = http::find_parameter(http::split_target(exchange.original_target).query, name, value);
  return push_text_or_nil(lua, found ? std::string_view(value) : std::string_view());
}

int push_cookie(lua_State* lua, const Exchange& exchange, std::string_view name) {
  std::string_view rest = exchange.request.headers.get(http::Name::cookie);
  while (!rest.empty()) {
    std::string_view one = rest.substr(0, rest.find(';'));
    rest.remove_prefix(one.size() < rest.size() ? one.size() + 1 : rest.size());
    while (one.starts_with(' ')) one.remove_prefix(1);
    const size_t equals = one.find('=');
    if (equals != std::string_view::npos && one.substr(0, equals) == name)
      return push_text(lua, one.substr(equals + 1));
  }
  return push_text_or_nil(lua, {});
}

// ngx.var.NAME; nil for what there is not.
int variable(lua_State* lua) {
  const std::string_view name = text_argument(lua, 2);
  const Exchange& exchange = exchange_of(lua);
  for (const Variable& known : variables)
    if (known.name == name) return known.push(lua, exchange);
  if (name.starts_with("http_")) return push_text_or_nil(lua, header_of(exchange.request.headers, name.substr(5)));
  if (name.starts_with("sent_http_"))
    return push_text_or_nil(lua, header_of(exchange.response.headers, name.substr(10)));
  if (name.starts_with("arg_")) return push_argument(lua, exchange, name.substr(4));
  if (name.starts_with("cookie_")) return push_cookie(lua, exchange, name.substr(7));
  return push_text_or_nil(lua, {});
}

int not_changeable(lua_State* lua) { return luaL_error(lua, "variable not changeable"); }

// ngx.ctx is a table of the request; everything else of ngx is shared, so it is looked up here.
int member(lua_State* lua) {
  if (lua_type(lua, 2) == LUA_TSTRING && text_argument(lua, 2) == "ctx") return push_request_table(lua, "ctx");
  return 0;
}

timespec wall_clock() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return now;
}
int now(lua_State* lua) {
  const timespec at = wall_clock();
  lua_pushnumber(lua, static_cast<lua_Number>(at.tv_sec) + static_cast<lua_Number>(at.tv_nsec / 1'000'000) / 1000);
  return 1;
}
int time(lua_State* lua) {
  lua_pushnumber(lua, static_cast<lua_Number>(wall_clock().tv_sec));
  return 1;
}
int push_time(lua_State* lua, time_t seconds, bool local, const char* format) {
  tm parts{};
  if ((local ? localtime_r(&seconds, &parts) : gmtime_r(&seconds, &parts)) == nullptr)
    return luaL_error(lua, "no such time");
  char text[64];
  return push_text(lua, {text, strftime(text, sizeof text, format, &parts)});
}
int today(lua_State* lua) { return push_time(lua, wall_clock().tv_sec, true, "%Y-%m-%d"); }
int local_time(lua_State* lua) { return push_time(lua, wall_clock().tv_sec, true, "%Y-%m-%d %H:%M:%S"); }
int utc_time(lua_State* lua) { return push_time(lua, wall_clock().tv_sec, false, "%Y-%m-%d %H:%M:%S"); }
int http_time(lua_State* lua) {
  return push_time(lua, static_cast<time_t>(luaL_checknumber(lua, 1)), false, "%a, %d %b %Y %H:%M:%S GMT");
}
int update_time(lua_State*) { return 0; }  // the clock is always asked
int get_phase(lua_State* lua) { return push_text(lua, "log"); }

constexpr luaL_Reg functions[] = {{"now", now},
                                  {"time", time},
                                  {"today", today},
                                  {"localtime", local_time},
                                  {"utctime", utc_time},
                                  {"http_time", http_time},
                                  {"update_time", update_time},
                                  {"get_phase", get_phase},
                                  {"log", write_ngx_log},
                                  {nullptr, nullptr}};

int get_method(lua_State* lua) { return push_text(lua, exchange_of(lua).request.method); }
int get_headers(lua_State* lua) {
  return push_headers(lua, exchange_of(lua).request.headers, exchange_of(lua).request.host);
}
int get_uri_args(lua_State* lua) { return push_query(lua, http::split_target(exchange_of(lua).original_target).query); }
int get_http_version(lua_State* lua) {
  lua_pushnumber(lua, exchange_of(lua).request.minor_version == 0 ? 1.0 : 1.1);
  return 1;
}
int get_start_time(lua_State* lua) {
  lua_pushnumber(lua, static_cast<lua_Number>(exchange_of(lua).timings.started_wall_ms) / 1000);
  return 1;
}

constexpr luaL_Reg request_functions[] = {{"get_method", get_method},     {"get_headers", get_headers},
                                          {"get_uri_args", get_uri_args}, {"http_version", get_http_version},
                                          {"start_time", get_start_time}, {nullptr, nullptr}};

constexpr std::string_view levels[] = {"STDERR", "EMERG", "ALERT", "CRIT", "ERR", "WARN", "NOTICE", "INFO", "DEBUG"};

}  // namespace

void add_ngx(lua_State* ngx) {
  luaL_register(ngx, nullptr, functions);
  lua_newtable(ngx);
  lua_pushcfunction(ngx, member);
  lua_setfield(ngx, -2, "__index");
  lua_setmetatable(ngx, -2);
  add_table(ngx, "req", request_functions);
  lua_newtable(ngx);
  guard_table(ngx, variable, not_changeable);
  lua_setfield(ngx, -2, "var");
  for (size_t i = 0; i < std::size(levels); ++i) {
    push_text(ngx, levels[i]);
    lua_pushinteger(ngx, static_cast<lua_Integer>(i));
    lua_rawset(ngx, -3);
  }
}

}  // namespace plugins
