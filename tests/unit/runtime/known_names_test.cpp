// Names of settings: those that are obeyed, those that mean nothing here, and those that nobody knows.

#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "gateway/runtime/setting_table.h"
#include "tests/unit/runtime/reading.h"

using namespace runtime;

TEST_CASE("settings of nginx and Lua are accepted with one warning each") {
  Invocation invocation;
  invocation.environment = {{"KONG_MEM_CACHE_SIZE", "64m"}, {"GATEWAY_MEM_CACHE_SIZE", "64m"}, {"KONG_NGINX_HTTP_LUA_SHARED_DICT", "x 1m"},
                            {"KONG_NGINX_DAEMON", "off"}, {"KONG_PG_HOST", "db"}};
  const auto outcome = read(invocation);
  CHECK(outcome.good);
  CHECK(outcome.warnings == std::vector<std::string>{"KONG_MEM_CACHE_SIZE: has no effect: a configuration is kept in memory as a whole",
                                                     "KONG_NGINX_HTTP_LUA_SHARED_DICT: has no effect: there is no nginx underneath",
                                                     "KONG_PG_HOST: has no effect: there is no database"});
}

TEST_CASE("an unknown variable is a warning with the nearest name, an unknown flag an error") {
  Invocation invocation;
  invocation.environment = {{"KONG_PROXY_LISTN", "x"}, {"KONG_PROXY_PORT_80_TCP", "tcp://10.0.0.1:80"}, {"HOME", "/"}};
  invocation.arguments = {"--log-levle", "info"};
  const auto outcome = read(invocation);
  CHECK(outcome.warnings == std::vector<std::string>{"KONG_PROXY_LISTN: unknown setting (did you mean proxy_listen?)"});
  CHECK(outcome.errors == std::vector<std::string>{"--log-levle: unknown flag (did you mean log_level?)"});
}

TEST_CASE("a setting that nothing obeys yet is warned about when it asks for something") {
  Invocation invocation;
  invocation.environment = {{"KONG_CLIENT_SSL", "on"}, {"KONG_TRACING_INSTRUMENTATIONS", "off"}, {"KONG_PROXY_ACCESS_LOG", "off"},
                            {"KONG_PROXY_LISTEN", "0.0.0.0:8000 proxy_protocol"}};
  const auto outcome = read(invocation);
  CHECK(outcome.good);
  REQUIRE(outcome.warnings.size() == 2);
  CHECK(outcome.warnings[0] == "KONG_CLIENT_SSL: has no effect: certificates are not shown to upstreams yet");
  CHECK(outcome.warnings[1] == "KONG_PROXY_LISTEN: proxy_protocol is not built yet; its lines are refused as requests");
}

TEST_CASE("who asks for HTTP/2 hears that HTTP/1.1 is what clients get") {
  Invocation invocation;
  invocation.environment = {{"KONG_PROXY_LISTEN", "0.0.0.0:8443 ssl http2"}};
  CHECK(read(invocation).warnings == std::vector<std::string>{"KONG_PROXY_LISTEN: http2 has no effect: HTTP/2 is not built yet, clients are offered HTTP/1.1"});
}

TEST_CASE("the oldest router is not here, which is said") {
  Invocation invocation;
  invocation.environment = {{"KONG_ROUTER_FLAVOR", "traditional"}};
  const auto outcome = read(invocation);
  CHECK(outcome.good);
  REQUIRE(outcome.warnings.size() == 1);
  CHECK(outcome.warnings[0].starts_with("KONG_ROUTER_FLAVOR: routes are matched as with traditional_compatible"));
}

TEST_CASE("every setting that nothing obeys yet is one of the table") {
  for (const Meaningless& setting : settings_to_come()) {
    CAPTURE(setting.name);
    CHECK(find_setting(setting.name) != nullptr);
  }
}

TEST_CASE("every name that Kong 3.9 knows is obeyed, refused, or accepted with one warning that says why it has no effect") {
  std::ifstream file("../shared/kong/conf.json");
  if (!file) {
    MESSAGE("skipped: ../shared/kong/conf.json is not there");
    return;
  }
  const auto known = nlohmann::json::parse(file);
  REQUIRE(known["properties"].size() > 200);
  const auto to_come = settings_to_come();
  const auto with = [](std::string name, const std::string& text) {
    for (char& c : name) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    Invocation invocation;
    invocation.environment = {{"KONG_" + name, text}};
    return read(invocation);
  };
  const auto told_why = [](const std::string& what) { return what.size() > what.find(": has no effect: ") + 20; };
  for (const auto& property : known["properties"]) {
    const std::string name = property["name"];
    CAPTURE(name);
    const Setting* setting = find_setting(name);
    const bool obeyed = setting != nullptr && std::none_of(to_come.begin(), to_come.end(), [&](const Meaningless& m) { return m.name == setting->name; });
    if (!obeyed) {
      const auto outcome = with(name, name == "client_ssl" ? "on" : name.find("sampling_rate") != name.npos ? "0.5" : name.ends_with("buffer_size") ? "9k" : "other");
      CHECK(outcome.good);
      REQUIRE(outcome.warnings.size() == 1);
      CHECK(told_why(outcome.warnings[0]));
    } else if (property["default"].is_string()) {
      // What Kong does by itself may be said aloud. Its database is the one default that is not to be had.
      const auto outcome = with(name, property["default"]);
      CHECK(outcome.good == (name != "database"));
      for (const std::string& warning : outcome.warnings) CHECK(warning.find("http2 has no effect") != std::string::npos);
    }
  }
  for (const std::string prefix : known["dynamic_prefixes"]) {
    CAPTURE(prefix);
    const auto outcome = with(prefix + "some_directive", "other");
    REQUIRE(outcome.warnings.size() == 1);
    CHECK(told_why(outcome.warnings[0]));
  }
}
