#include <doctest/doctest.h>

#include <memory>

#include "gateway/runtime/proxy_options.h"
#include "gateway/runtime/setting_table.h"
#include "gateway/runtime/tls_settings.h"
#include "tests/unit/runtime/reading.h"

using namespace runtime;

namespace {

// A file that lies in a folder of its own until the tests end.
std::string conf_file(const std::string& text) {
  struct Folder {
    std::string path = (std::filesystem::temp_directory_path() / "settings_test.XXXXXX").string();
    int files = 0;
    Folder() { REQUIRE(mkdtemp(path.data()) != nullptr); }
    ~Folder() { std::filesystem::remove_all(path); }
  };
  static Folder folder;
  const std::string path = folder.path + "/" + std::to_string(++folder.files) + ".conf";
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

TEST_CASE("a plugin that is not here cannot be switched on, unless the node starts without what it does not know") {
  Invocation invocation;
  invocation.environment = {{"KONG_PLUGINS", "bundled,key-auht,my-own"}};
  auto outcome = read(invocation);
  CHECK(outcome.errors ==
        std::vector<std::string>{"KONG_PLUGINS: there is no plugin 'key-auht' here (did you mean key-auth?)",
                                 "KONG_PLUGINS: there is no plugin 'my-own' here"});
  invocation.environment.emplace_back("KONG_UNKNOWN_PLUGINS", "skip");
  outcome = read(invocation);
  CHECK(outcome.good);
  CHECK(outcome.warnings.size() == 2);
  invocation.environment = {{"KONG_PLUGINS", "key-auth, jwt"}};
  CHECK(read(invocation).settings.plugins == std::vector<std::string>{"key-auth", "jwt"});
  CHECK(read(invocation).warnings.empty());
  invocation.environment = {{"KONG_PLUGINS", "off"}};
  CHECK(read(invocation).settings.plugins.empty());
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
  CHECK(read(invocation).settings.proxy_access_log == (folder / "logs/access.log").string());
  std::filesystem::remove_all(folder);
}

TEST_CASE("logs are streams by their names, files, or off; a format behind the path is told to have no effect") {
  Invocation invocation;
  invocation.environment = {{"KONG_PREFIX", "/nowhere"}, {"KONG_PROXY_ACCESS_LOG", "stdout"}, {"KONG_PROXY_ERROR_LOG", "stderr"},
                            {"KONG_ADMIN_ACCESS_LOG", "off"}, {"KONG_STATUS_ACCESS_LOG", "status.log basic"}};
  const auto outcome = read(invocation);
  CHECK(outcome.good);
  CHECK(outcome.settings.proxy_access_log == "/dev/stdout");
  CHECK(outcome.settings.proxy_error_log == "/dev/stderr");
  CHECK(outcome.settings.admin_access_log == "off");
  CHECK(outcome.settings.status_access_log == "/nowhere/status.log");
  CHECK(outcome.warnings == std::vector<std::string>{"KONG_STATUS_ACCESS_LOG: what stands behind the path has no effect: the format is fixed"});
  invocation.environment = {{"KONG_PROXY_ACCESS_LOG", "syslog:server=10.0.0.1"}};
  const auto refused = read(invocation);
  REQUIRE(refused.errors.size() == 1);
  CHECK(refused.errors[0].starts_with("KONG_PROXY_ACCESS_LOG: expected a path, stdout, stderr or off: syslog is not offered"));
}

TEST_CASE("TLS versions come from the suite unless they are named; custom ciphers want to be known") {
  const auto with = [](std::vector<std::pair<std::string, std::string>> environment) {
    Invocation invocation;
    invocation.environment = std::move(environment);
    return read(invocation);
  };
  using Versions = std::vector<std::string>;
  CHECK(with({}).settings.ssl_protocols == Versions{"TLSv1.2", "TLSv1.3"});
  CHECK(with({{"KONG_SSL_CIPHER_SUITE", "modern"}}).settings.ssl_protocols == Versions{"TLSv1.3"});
  CHECK(with({{"KONG_SSL_CIPHER_SUITE", "old"}, {"KONG_SSL_PROTOCOLS", "TLSv1.2"}}).settings.ssl_protocols == Versions{"TLSv1.2"});
  CHECK_FALSE(with({{"KONG_SSL_CIPHER_SUITE", "fips"}}).good);
  CHECK_FALSE(with({{"KONG_SSL_CIPHER_SUITE", "custom"}}).good);
  CHECK_FALSE(with({{"KONG_SSL_CIPHER_SUITE", "custom"}, {"KONG_SSL_CIPHERS", "NO-SUCH-CIPHER"}}).good);
  CHECK(with({{"KONG_SSL_CIPHER_SUITE", "custom"}, {"KONG_SSL_CIPHERS", "TLS_AES_128_GCM_SHA256:ECDHE-RSA-AES128-GCM-SHA256"}}).warnings.empty());
  CHECK(with({{"KONG_SSL_CIPHERS", "ECDHE-RSA-AES128-GCM-SHA256"}}).warnings ==
        std::vector<std::string>{"KONG_SSL_CIPHERS: has no effect: ssl_cipher_suite is intermediate, not custom"});
}

TEST_CASE("a context offers the versions and ciphers of the settings") {
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  Settings settings;
  settings.ssl_protocols = {"TLSv1.3"};
  settings.ssl_cipher_suite = "custom";
  settings.ssl_ciphers = "TLS_AES_128_GCM_SHA256:ECDHE-RSA-AES128-GCM-SHA256";
  tune_tls(settings, context.get());
  CHECK((SSL_CTX_get_options(context.get()) & SSL_OP_NO_TLSv1_2) != 0);
  CHECK((SSL_CTX_get_options(context.get()) & SSL_OP_NO_TLSv1_3) == 0);
  const auto* ciphers = SSL_CTX_get_ciphers(context.get());
  REQUIRE(sk_SSL_CIPHER_num(ciphers) == 2);
  CHECK(std::string(SSL_CIPHER_get_name(sk_SSL_CIPHER_value(ciphers, 0))) == "TLS_AES_128_GCM_SHA256");
}

TEST_CASE("dns_order decides which addresses are asked for first") {
  const auto order = [](const char* text) {
    Invocation invocation;
    if (text != nullptr) invocation.environment = {{"KONG_DNS_ORDER", text}};
    return read(invocation);
  };
  CHECK_FALSE(order(nullptr).settings.dns_v6_first);
  CHECK(order(nullptr).settings.dns_v4_too);
  CHECK(order("LAST,AAAA,A").settings.dns_v6_first);
  CHECK_FALSE(order("A,AAAA").settings.dns_v6_first);
  CHECK_FALSE(order("AAAA").settings.dns_v4_too);
  CHECK(order("CNAME").settings.dns_v4_too);
  CHECK_FALSE(order("MX").good);
  CHECK(order("LAST,SRV,A,CNAME").warnings.empty());
  CHECK(order("SRV,A").warnings == std::vector<std::string>{"KONG_DNS_ORDER: SRV records are not asked for yet"});
}

TEST_CASE("own headers that are named one by one arrive one by one") {
  Invocation invocation;
  invocation.environment = {{"KONG_HEADERS", "via, x-kong-upstream-latency"}};
  std::vector<std::string> errors;
  const proxy::Options options = proxy_options(read(invocation).settings, errors);
  CHECK(options.via_header);
  CHECK(options.upstream_latency_header);
  CHECK_FALSE((options.server_header || options.proxy_latency_header || options.response_latency_header || options.request_id_header));
}

TEST_CASE("an Admin API on the network is somebody's decision") {
  const auto with = [](std::vector<std::pair<std::string, std::string>> environment) {
    Invocation invocation;
    invocation.environment = std::move(environment);
    return read(invocation).errors;
  };
  for (const char* listen : {"0.0.0.0:8001", "[::]:8001", "10.0.0.1:8001", "127.0.0.1:8001, 0.0.0.0:8444 ssl"}) {
    const auto errors = with({{"KONG_ADMIN_LISTEN", listen}});
    REQUIRE_MESSAGE(errors.size() == 1, listen);
    CHECK(errors[0].starts_with("KONG_ADMIN_LISTEN: "));
    for (const char* way : {"admin_token", "admin_client_ca", "admin_unprotected=on"}) CHECK(errors[0].find(way) != std::string::npos);
    CHECK(with({{"KONG_ADMIN_LISTEN", listen}, {"KONG_ADMIN_TOKEN", "one, two"}}).empty());
    CHECK(with({{"KONG_ADMIN_LISTEN", listen}, {"KONG_ADMIN_UNPROTECTED", "on"}}).empty());
  }
  CHECK(with({{"KONG_ADMIN_LISTEN", "0.0.0.0:8444 ssl"}, {"KONG_ADMIN_CLIENT_CA", "ca.pem"}}).empty());
  CHECK(with({{"KONG_ADMIN_LISTEN", "0.0.0.0:8001"}, {"KONG_ADMIN_CLIENT_CA", "ca.pem"}}).size() == 1);
  for (const char* listen : {"off", "127.0.0.2:8001, [::1]:8001", "unix:/run/admin.sock", "localhost:8001"}) CHECK(with({{"KONG_ADMIN_LISTEN", listen}}).empty());
}

TEST_CASE("tokens come as text, from files and from variables, and are never listed") {
  Invocation invocation;
  const std::string file = conf_file("token-of-a-file\n"), blank = conf_file("\n");
  invocation.environment = {{"KONG_ADMIN_TOKEN", "plain-token, file:" + file}, {"KONG_ADMIN_READ_TOKEN", "{vault://env/read-token}"}, {"READ_TOKEN", "token-of-a-variable"}};
  const auto outcome = read(invocation);
  REQUIRE(outcome.good);
  CHECK(outcome.settings.admin_tokens == std::vector<std::string>{"plain-token", "token-of-a-file"});
  CHECK(outcome.settings.admin_read_tokens == std::vector<std::string>{"token-of-a-variable"});
  CHECK(listed(outcome.settings, "admin_token") == "******");
  CHECK(listed(outcome.settings, "admin_read_token") == "******");
  for (const std::string& wrong : {std::string("file:/nowhere/token"), "file:" + blank}) {
    invocation.environment = {{"KONG_ADMIN_TOKEN", wrong}};
    CHECK(read(invocation).errors == std::vector<std::string>{"KONG_ADMIN_TOKEN: " + wrong + ": there is no token in it"});
  }
}

TEST_CASE("how many generations are kept has limits") {
  Invocation invocation;
  for (const auto& [text, good] : {std::pair{"2", true}, {"1000", true}, {"1", false}, {"1001", false}, {"", false}}) {
    invocation.environment = {{"KONG_GENERATIONS_KEPT", text}};
    CHECK_MESSAGE(read(invocation).good == good, text);
  }
}
