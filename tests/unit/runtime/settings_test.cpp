#include "gateway/runtime/settings.h"

#include <doctest/doctest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "gateway/runtime/setting_table.h"

using namespace runtime;

namespace {

struct Outcome {
  Settings settings;
  std::vector<std::string> errors, warnings;
  bool good = false;
};

Outcome read(Invocation invocation, bool usual_files = false) {
  Outcome outcome;
  if (!usual_files) invocation.conf_files.clear(), invocation.configuration_files.clear();
  outcome.good = read_settings(invocation, outcome.settings, outcome.errors, outcome.warnings);
  return outcome;
}

std::string conf_file(const std::string& text) {
  const std::string path = std::string(std::tmpnam(nullptr)) + ".conf";
  std::ofstream(path) << text;
  return path;
}

std::string listed(const Settings& settings, std::string_view name) {
  for (const auto& [key, value] : settings.listing) {
    if (key == name) return value;
  }
  return "absent";
}

}  // namespace

TEST_CASE("without anything said the settings are the documented defaults") {
  const auto outcome = read({});
  CHECK(outcome.good);
  CHECK(outcome.warnings.empty());
  const Settings& s = outcome.settings;
  REQUIRE(s.proxy_listen.size() == 2);
  CHECK(s.proxy_listen[0].port == 8000);
  CHECK(s.proxy_listen[0].backlog == 16384);
  CHECK(s.proxy_listen[1].ssl);
  CHECK(s.proxy_listen[1].http2);
  REQUIRE(s.admin_listen.size() == 2);
  CHECK(s.admin_listen[0].address == "127.0.0.1");
  REQUIRE(s.status_listen.size() == 1);
  CHECK(s.workers >= 1);
  CHECK(s.keepalive_timeout_ms == 75'000);
  CHECK(s.upstream_keepalive_idle_timeout_ms == 60'000);
  CHECK(s.header_bytes_max == 32 * 1024);
  CHECK(s.client_max_body_bytes == 0);
  CHECK(s.headers.via);
  CHECK_FALSE(s.headers.upstream_status);
  CHECK(s.plugins == std::vector<std::string>{"bundled"});
}

TEST_CASE("a flag wins over GATEWAY_, that over KONG_, that over the file") {
  Invocation invocation;
  invocation.arguments = {"-c", conf_file("log_level = emerg\nheaders_max = 10 # few\nreal_ip_header=X-A\nprefix = /f\n")};
  CHECK(read(invocation).settings.log_level == "emerg");
  invocation.environment = {{"GATEWAY_REAL_IP_HEADER", "X-G"}, {"KONG_LOG_LEVEL", "crit"}, {"KONG_REAL_IP_HEADER", "X-K"}, {"GATEWAY_PREFIX", "/g"}};
  invocation.arguments.insert(invocation.arguments.end(), {"--prefix=/flag", "kong.yml"});
  const auto outcome = read(invocation);
  CHECK(outcome.good);
  CHECK(outcome.settings.log_level == "crit");
  CHECK(outcome.settings.headers_max == 10);
  CHECK(outcome.settings.real_ip_header == "X-G");
  CHECK(outcome.settings.prefix == "/flag");
  CHECK(outcome.settings.configuration_paths == std::vector<std::string>{"kong.yml"});
}

TEST_CASE("a conf file that was named must be there; the usual ones need not") {
  Invocation invocation;
  invocation.arguments = {"-c", "/nowhere/x.conf"};
  CHECK_FALSE(read(invocation).good);
  invocation.arguments.clear();
  invocation.conf_files = {"/nowhere/x.conf", conf_file("log_level = info\npasword = a\\#b\n")};
  const auto outcome = read(invocation, true);
  CHECK(outcome.good);
  CHECK(outcome.settings.log_level == "info");
  REQUIRE(outcome.warnings.size() == 1);
  CHECK(outcome.warnings[0].find(":2: unknown setting pasword") != std::string::npos);
}

TEST_CASE("a database is refused with the reason, off is fine") {
  Invocation invocation;
  invocation.environment = {{"KONG_DATABASE", "postgres"}};
  const auto refused = read(invocation);
  CHECK_FALSE(refused.good);
  REQUIRE(refused.errors.size() == 1);
  CHECK(refused.errors[0].starts_with("KONG_DATABASE: 'postgres' is not offered: this gateway has no database"));
  invocation.environment = {{"KONG_DATABASE", "off"}};
  CHECK(read(invocation).good);
}

TEST_CASE("settings of nginx and Lua are accepted with one warning each") {
  Invocation invocation;
  invocation.environment = {{"KONG_MEM_CACHE_SIZE", "64m"}, {"GATEWAY_MEM_CACHE_SIZE", "64m"}, {"KONG_NGINX_HTTP_LUA_SHARED_DICT", "x 1m"},
                            {"KONG_NGINX_DAEMON", "off"}, {"KONG_PG_HOST", "db"}};
  const auto outcome = read(invocation);
  CHECK(outcome.good);
  CHECK(outcome.warnings == std::vector<std::string>{"KONG_MEM_CACHE_SIZE: has no meaning here",
                                                     "KONG_NGINX_HTTP_LUA_SHARED_DICT: has no meaning here", "KONG_PG_HOST: has no meaning here"});
}

TEST_CASE("an unknown variable is a warning with the nearest name, an unknown flag an error") {
  Invocation invocation;
  invocation.environment = {{"KONG_PROXY_LISTN", "x"}, {"KONG_PROXY_PORT_80_TCP", "tcp://10.0.0.1:80"}, {"HOME", "/"}};
  invocation.arguments = {"--log-levle", "info"};
  const auto outcome = read(invocation);
  CHECK(outcome.warnings == std::vector<std::string>{"KONG_PROXY_LISTN: unknown setting (did you mean proxy_listen?)"});
  CHECK(outcome.errors == std::vector<std::string>{"--log-levle: unknown flag (did you mean log_level?)"});
}

TEST_CASE("all wrong values are reported in one run, with their origin") {
  Invocation invocation;
  invocation.environment = {{"KONG_LOG_LEVEL", "loud"}, {"KONG_TRUSTED_IPS", "10.0.0.0/8, 1.2.3.4/33"}, {"KONG_PROXY_LISTEN", "0.0.0.0:http"},
                            {"KONG_NGINX_WORKER_PROCESSES", "0"}, {"GATEWAY_SSL_CERT", "a.pem"}, {"KONG_NODE_ID", "x"}};
  const auto outcome = read(invocation);
  CHECK_FALSE(outcome.good);
  CHECK(outcome.errors.size() == 6);
}

TEST_CASE("listeners: flags, IPv6, unix sockets and off") {
  std::vector<Listen> listens;
  std::string error;
  REQUIRE(parse_listens("[::1]:8000 ssl http2 proxy_protocol, unix:/run/g.sock, *:80 deferred so_keepalive=on", listens, error));
  REQUIRE(listens.size() == 3);
  CHECK(listens[0].address == "::1");
  CHECK(listens[0].proxy_protocol);
  CHECK(listens[1].unix_path == "/run/g.sock");
  CHECK(listens[2].address == "0.0.0.0");
  CHECK(parse_listens("off", listens, error));
  CHECK(listens.empty());
  CHECK_FALSE(parse_listens("0.0.0.0:80 quick", listens, error));
  CHECK_FALSE(parse_listens("host.test:80", listens, error));
  CHECK_FALSE(parse_listens("0.0.0.0:70000", listens, error));
}

TEST_CASE("sizes and times carry units") {
  uint64_t bytes = 0;
  uint32_t ms = 0;
  CHECK(parse_size("8m", bytes));
  CHECK(bytes == 8u << 20);
  CHECK_FALSE(parse_size("m", bytes));
  CHECK_FALSE(parse_size("99999999999999999999g", bytes));
  CHECK(parse_duration("1.5s", ms));
  CHECK(ms == 1500);
  CHECK(parse_duration("75", ms));
  CHECK(ms == 75'000);
  CHECK_FALSE(parse_duration("-1", ms));
  CHECK_FALSE(parse_duration("5 parsecs", ms));
}

TEST_CASE("own headers can be chosen one by one") {
  Invocation invocation;
  invocation.environment = {{"KONG_HEADERS", "Via, X-Kong-Upstream-Status"}, {"KONG_HEADERS_UPSTREAM", "off"}};
  const auto outcome = read(invocation);
  CHECK(outcome.settings.headers.via);
  CHECK_FALSE(outcome.settings.headers.server);
  CHECK(outcome.settings.headers.upstream_status);
  CHECK_FALSE(outcome.settings.headers.request_id);
  CHECK_FALSE(outcome.settings.request_id_upstream);
}

TEST_CASE("secrets never stand in the listing; {vault://env/...} is filled in") {
  Invocation invocation;
  invocation.environment = {{"KONG_SSL_CERT_KEY", "key.pem"}, {"KONG_SSL_CERT", "{vault://env/my-cert}"}, {"MY_CERT", "cert.pem"}};
  const auto outcome = read(invocation);
  CHECK(outcome.good);
  CHECK(outcome.settings.ssl_cert == std::vector<std::string>{"cert.pem"});
  CHECK(listed(outcome.settings, "ssl_cert_key") == "******");
  CHECK(listed(outcome.settings, "log_level") == "notice");
}

TEST_CASE("help and listing have every setting of the table") {
  const std::string help = settings_help();
  const auto outcome = read({});
  CHECK(outcome.settings.listing.size() == setting_table().size());
  CHECK(help.find("--proxy-listen VALUE") != std::string::npos);
}

TEST_CASE("a configuration at one of the usual places is found when nothing else is named") {
  const std::string path = conf_file("_format_version: '3.0'\n");
  Invocation invocation;
  invocation.conf_files.clear();
  invocation.configuration_files = {path + ".absent", path};
  CHECK(read(invocation, true).settings.declarative_config == path);
  invocation.environment = {{"KONG_DECLARATIVE_CONFIG", "/elsewhere.yml"}};
  CHECK(read(invocation, true).settings.declarative_config == "/elsewhere.yml");
  invocation.environment = {{"KONG_DECLARATIVE_CONFIG_STRING", "{}"}};
  CHECK(read(invocation, true).settings.declarative_config.empty());
  invocation.environment.clear();
  invocation.arguments = {"shop.yml"};
  CHECK(read(invocation, true).settings.declarative_config.empty());
}

TEST_CASE("a setting that nothing obeys yet is warned about when it asks for something") {
  Invocation invocation;
  invocation.environment = {{"KONG_SSL_PROTOCOLS", "TLSv1.3"}, {"KONG_PLUGINS", "bundled"}, {"KONG_PROXY_ACCESS_LOG", "off"},
                            {"KONG_PROXY_LISTEN", "0.0.0.0:8000 proxy_protocol"}};
  const auto outcome = read(invocation);
  CHECK(outcome.good);
  REQUIRE(outcome.warnings.size() == 2);
  CHECK(outcome.warnings[0] == "KONG_SSL_PROTOCOLS: is not built yet and has no effect");
  CHECK(outcome.warnings[1] == "KONG_PROXY_LISTEN: proxy_protocol is not built yet; its lines are refused as requests");
}

TEST_CASE("every setting that nothing obeys yet is one of the table") {
  for (const Meaningless& setting : settings_to_come()) {
    CAPTURE(setting.name);
    CHECK(find_setting(setting.name) != nullptr);
  }
}

TEST_CASE("logs lie in the prefix, and errors go to stderr when it has no folder for them") {
  Invocation invocation;
  invocation.environment = {{"KONG_PREFIX", "/nowhere"}};
  auto settings = read(invocation).settings;
  CHECK(settings.proxy_error_log == "/dev/stderr");
  CHECK(settings.admin_access_log == "off");
  CHECK(listed(settings, "proxy_error_log") == "logs/error.log");
  invocation.environment.push_back({"KONG_PROXY_ERROR_LOG", "own/error.log"});
  invocation.environment.push_back({"KONG_ADMIN_ACCESS_LOG", "/dev/stdout"});
  settings = read(invocation).settings;
  CHECK(settings.proxy_error_log == "/nowhere/own/error.log");
  CHECK(settings.admin_access_log == "/dev/stdout");

  const auto folder = std::filesystem::path(conf_file("")).replace_extension(".prefix");
  std::filesystem::create_directories(folder / "logs");
  invocation.environment = {{"KONG_PREFIX", folder.string()}};
  CHECK(read(invocation).settings.proxy_error_log == (folder / "logs/error.log").string());
  std::filesystem::remove_all(folder);
}
