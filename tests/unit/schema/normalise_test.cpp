#include <doctest/doctest.h>

#include <cstdio>
#include <fstream>

#include "schema/config.h"
#include "schema/dump.h"
#include "schema/paths.h"
#include "schema/report.h"
#include "schema/vaults.h"

namespace {

std::unique_ptr<const schema::Config> load(const std::string& text, schema::Problems& problems, schema::UnknownPlugins unknown = schema::UnknownPlugins::refuse) {
  schema::LoadOptions options;
  options.unknown_plugins = unknown;
  options.environment = [](std::string_view name) -> std::optional<std::string> {
    if (name == "MY_SECRET") return "hidden";
    if (name == "P_JSON") return R"({"user":"joe","port":7})";
    return std::nullopt;
  };
  return schema::load({{"kong.yml", "_format_version: \"3.0\"\n" + text, schema::Syntax::yaml}}, problems, options);
}

std::unique_ptr<const schema::Config> load(const std::string& text) {
  schema::Problems problems;
  auto config = load(text, problems);
  for (const auto& problem : problems.all()) INFO(problem.what);
  REQUIRE(config != nullptr);
  return config;
}

}  // namespace

TEST_CASE("paths are brought to their normal form") {
  CHECK(schema::normalised("/a/./b/../c", true) == "/a/c");
  CHECK(schema::normalised("/a//b/", true) == "/a/b/");
  CHECK(schema::normalised("/%41%2f%c3%a4", true) == "/A%2F\xc3\xa4");
  CHECK(schema::normalised("/..", true) == "/");
  CHECK(schema::bad_escape("/a%4").size() == 2);
}

TEST_CASE("an entry may be referred to by name, by id, or by an object with one of them") {
  const auto config = load(R"(services: [{name: s, host: h}, {id: 11111111-1111-4111-8111-111111111111, host: i}]
routes:
  - {paths: [/a], service: s}
  - {paths: [/b], service: 11111111-1111-4111-8111-111111111111}
  - {paths: [/c], service: {id: 11111111-1111-4111-8111-111111111111}}
  - {paths: [/d], service: {name: s}}
)");
  CHECK(config->routes[0].service == &config->services[0]);
  CHECK(config->routes[1].service == &config->services[1]);
  CHECK(config->routes[2].service == &config->services[1]);
  CHECK(config->routes[3].service == &config->services[0]);
}

TEST_CASE("two of one name are refused with both places") {
  schema::Problems problems;
  CHECK(load("consumers:\n  - username: a\n  - username: a\n", problems) == nullptr);
  REQUIRE(problems.errors() == 1);
  CHECK(problems.all()[0].place.line == 4);
  CHECK(problems.all()[0].hint == "the first is at kong.yml:3:5");
}

TEST_CASE("sets lose duplicates, targets get a port, gRPC routes keep their path") {
  const auto config = load("upstreams: [{name: u, tags: [a, b, a], targets: [{target: h.test}, {target: '::1'}]}]\nroutes: [{protocols: [grpc], paths: [/a]}]");
  CHECK(config->find("upstreams", "u")->given.find("tags")->items().size() == 2);
  CHECK(config->upstreams[0].targets[0].target == "h.test:8000");
  CHECK(config->upstreams[0].targets[1].target == "[::1]:8000");
  CHECK_FALSE(config->routes[0].strip_path);
}

TEST_CASE("a password is stored as its hash, unless the document says that it is one") {
  const auto plain = load("consumers: [{username: c, basicauth_credentials: [{username: u, password: p}]}]");
  const auto hashed = load("_transform: false\nconsumers: [{username: c, basicauth_credentials: [{username: u, password: p}]}]");
  CHECK(plain->credentials.at("basicauth_credentials")[0].fields.text("password").size() == 40);
  CHECK(hashed->credentials.at("basicauth_credentials")[0].fields.text("password") == "p");
}

TEST_CASE("vault references are resolved for use and kept for dumps") {
  const std::string path = "/tmp/schema_vault_test_secret";
  std::ofstream(path) << "from-file\n";
  schema::Problems problems;
  const auto config = load(R"(vaults: [{name: env, prefix: my-env, config: {prefix: P_}}]
certificates:
  - {cert: "{vault://env/my-secret}", key: "{vault://my-env/json/user}"}
  - {cert: "{vault://file)" + path + R"(}", key: "{vault://env/nowhere}"}
services: [{name: "s", host: h, tags: ["{vault:env:my-secret}"]}]
)", problems);
  std::remove(path.c_str());
  REQUIRE(config != nullptr);
  CHECK(config->certificates[0].cert == "hidden");
  CHECK(config->certificates[0].key == "joe");
  CHECK(config->certificates[1].cert == "from-file");
  CHECK(config->certificates[1].key.empty());
  const schema::Value& cert = *config->certificates[0].entity->given.find("cert");
  CHECK(cert.from_secret);
  CHECK(*schema::vault_reference(cert) == "{vault://env/my-secret}");
  CHECK(problems.all().size() == 1);  // a warning about the one that leads nowhere
  const std::string dump = schema::to_yaml(*config);
  CHECK(dump.find("{vault://env/my-secret}") != std::string::npos);
  CHECK(dump.find("hidden") == std::string::npos);
}

TEST_CASE("the prefix of a variable is the reference's own, the vault entity's, or the setting's") {
  const std::string vaults =
      "_format_version: '3.0'\nvaults: [{name: env, prefix: own, config: {prefix: own_}}, {name: env, prefix: bare}]\n";
  for (const auto& [reference, variable] :
       {std::pair("env/a-b", "SET_A_B"), std::pair("env/a-b?prefix=asked_", "ASKED_A_B"),
        std::pair("own/a-b", "OWN_A_B"), std::pair("own/a-b?prefix=asked_", "ASKED_A_B"),
        std::pair("bare/a-b", "A_B")}) {
    CAPTURE(reference);
    std::string asked;
    schema::LoadOptions options;
    options.vault_env_prefix = "set_";
    options.environment = [&asked](std::string_view name) { return asked = name, std::optional<std::string>("x"); };
    schema::Problems problems;
    const std::string certificate = "certificates: [{cert: '{vault://" + std::string(reference) + "}', key: '{vault://nowhere/x}'}]\n";
    (void)schema::load({{"kong.yml", vaults + certificate, schema::Syntax::yaml}}, problems, options);
    CHECK(asked == variable);
  }
}

TEST_CASE("decK's defaults, tags and shared settings reach the entities") {
  schema::Problems problems;
  const auto config = load(R"(_info:
  select_tags: [team]
  defaults:
    service: {retries: 3, connect_timeout: 1000}
    route: {strip_path: false}
_plugin_configs:
  slow: {minute: 5, policy: local, redis: {port: 7000, host: r.test}}
services:
  - name: s
    host: h
    connect_timeout: 2000
    tags: [own]
    routes: [{name: r, paths: [/a]}]
    plugins: [{name: rate-limiting, _config: slow, config: {minute: 9, redis: {port: 7001}}}]
consumers: [{username: c, groups: [{name: g}]}]
)", problems);
  for (const auto& problem : problems.all()) INFO(problem.what);
  REQUIRE(config != nullptr);
  CHECK(config->services[0].retries == 3);
  CHECK(config->services[0].connect_timeout_ms == 2000);
  CHECK_FALSE(config->routes[0].strip_path);
  CHECK(schema::Reader(config->services[0].entity->shape, &config->services[0].entity->given).texts("tags") == std::vector<std::string_view>{"own", "team"});
  CHECK(config->plugins[0].config.integer("minute") == 9);
  CHECK(config->plugins[0].config.record("redis").integer("port") == 7001);
  CHECK(config->plugins[0].config.record("redis").text("host") == "r.test");
  CHECK(problems.errors() == 0);
  CHECK(problems.all().size() == 1);  // a warning about the group
}

TEST_CASE("plugins of consumer groups are refused, or left out on request") {
  const std::string text = "consumer_groups: [{name: g, plugins: [{name: rate-limiting, config: {minute: 1}}]}]\nplugins: [{name: key-auth, consumer_group: g}]\n";
  schema::Problems refused, skipped;
  CHECK(load(text, refused) == nullptr);
  CHECK(refused.errors() == 2);
  const auto config = load(text, skipped, schema::UnknownPlugins::skip);
  REQUIRE(config != nullptr);
  CHECK(config->plugins.empty());
  CHECK(config->skipped_plugins.size() == 2);
}

TEST_CASE("old formats get their regex paths marked") {
  schema::Problems problems;
  const auto config = schema::load({{"kong.yml", R"({"_format_version": "1.1", "routes": [{"name": "r", "paths": ["/a/\\d+", "/b//c", "/d%2fe+"]}]})", schema::Syntax::json}}, problems);
  REQUIRE(config != nullptr);
  CHECK(config->routes[0].paths == std::vector<std::string_view>{"~/a/\\d+", "/b/c", "~/d%2Fe+"});
}

TEST_CASE("what looks like something else is quoted in YAML") {
  const auto config = load("consumers: [{username: 'on'}, {username: '017'}, {username: '12:30'}, {username: 'null'}, {username: plain, custom_id: '# a: b'}]");
  schema::Problems problems;
  const auto again = schema::load({{"dump.yml", schema::to_yaml(*config), schema::Syntax::yaml}}, problems);
  REQUIRE(again != nullptr);
  for (size_t i = 0; i < config->consumers.size(); ++i) CHECK(again->consumers[i].username == config->consumers[i].username);
  CHECK(again->consumers[4].custom_id == "# a: b");
}
