#include <doctest/doctest.h>

#include "schema/config.h"
#include "schema/dump.h"
#include "schema/report.h"

namespace {

std::unique_ptr<const schema::Config> load(std::string text, schema::Problems& problems, schema::UnknownPlugins unknown = schema::UnknownPlugins::refuse) {
  schema::LoadOptions options;
  options.unknown_plugins = unknown;
  return schema::load({{"kong.yml", std::move(text), schema::Syntax::yaml}}, problems, options);
}

constexpr const char* shop = R"(_format_version: "3.0"
services:
  - name: my-service
    url: https://shop.test/base
    routes:
      - name: example-route
        paths: [/a]
        plugins:
          - name: request-termination
consumers:
  - username: alice
)";

}  // namespace

TEST_CASE("nesting becomes flat, with ids that are the same at every load") {
  schema::Problems problems;
  auto config = load(shop, problems);
  REQUIRE(config != nullptr);
  CHECK(config->services[0].id == "0855b320-0dd2-547d-891d-601e9b38647f");
  CHECK(config->services[0].port == 443);
  CHECK(config->services[0].path == "/base");
  CHECK(config->routes[0].id == "eeb325b8-afd4-5ba2-a113-c34eeb969c1d");
  CHECK(config->routes[0].service == &config->services[0]);
  CHECK(config->plugins[0].route == &config->routes[0]);
  CHECK(config->consumers[0].id == "b32379d9-3d28-5683-a79c-72139be6e34f");
}

TEST_CASE("a typing mistake is refused with its place and the nearest name") {
  schema::Problems problems;
  auto config = load("_format_version: \"3.0\"\nservices:\n  - name: a\n    host: h\n    routes:\n      - name: r\n        paths: [/a]\n        strip_pth: true\n", problems);
  CHECK(config == nullptr);
  schema::Document document;
  document.files = {"kong.yml"};
  CHECK(schema::report_line(problems.all()[0], document) == "kong.yml:8:9: services[0].routes[0].strip_pth: unknown field (did you mean strip_path?)");
}

TEST_CASE("all problems come in one run") {
  schema::Problems problems;
  load("_format_version: \"3.0\"\nservices:\n  - {name: a, host: h, port: eighty}\n  - {name: b, retries: -1}\n", problems);
  CHECK(problems.errors() == 3);
}

TEST_CASE("a plugin that is not built is refused by name, or left out on request") {
  const std::string text = "_format_version: \"3.0\"\nplugins:\n  - name: no-such-plugin\n";
  schema::Problems refused, skipped;
  CHECK(load(text, refused) == nullptr);
  auto config = load(text, skipped, schema::UnknownPlugins::skip);
  REQUIRE(config != nullptr);
  CHECK(config->plugins.empty());
  CHECK(config->skipped_plugins == std::vector<std::string>{"no-such-plugin at kong.yml:3:11"});
}

TEST_CASE("what is dumped loads again") {
  schema::Problems problems;
  auto config = load(shop, problems);
  REQUIRE(config != nullptr);
  schema::Problems again_problems;
  auto again = load(schema::to_json(*config), again_problems);
  REQUIRE(again != nullptr);
  CHECK(schema::to_json(*again).size() == schema::to_json(*config).size());
}

TEST_CASE("names that look like other types keep YAML 1.1's meaning") {
  schema::Problems problems;
  CHECK(load("_format_version: \"3.0\"\nconsumers:\n  - username: on\n", problems) == nullptr);
  CHECK(problems.all()[0].what == "expected a string");
}

TEST_CASE("a plugin that the setting does not name is refused at its place, or left out") {
  schema::LoadOptions options;
  auto loaded = [&](std::vector<std::string> plugins, schema::Problems& problems,
                    schema::UnknownPlugins unknown = schema::UnknownPlugins::refuse) {
    options.plugins = std::move(plugins);
    options.unknown_plugins = unknown;
    return schema::load({{"kong.yml", shop, schema::Syntax::yaml}}, problems, options);
  };
  for (const std::vector<std::string>& plugins :
       {std::vector<std::string>{"bundled"}, {"request-termination"}, {"cors", "bundled"}}) {
    schema::Problems problems;
    CHECK(loaded(plugins, problems) != nullptr);
  }
  for (const std::vector<std::string>& plugins : {std::vector<std::string>{}, {"cors", "key-auth"}}) {
    schema::Problems problems;
    CHECK(loaded(plugins, problems) == nullptr);
    REQUIRE(problems.all().size() == 1);
    CHECK(problems.all()[0].what ==
          "plugin 'request-termination' not enabled; add it to the 'plugins' configuration property");
    CHECK(problems.all()[0].place.line == 9);
    schema::Problems others;
    const auto without = loaded(plugins, others, schema::UnknownPlugins::skip);
    REQUIRE(without != nullptr);
    CHECK(without->plugins.empty());
    CHECK(without->skipped_plugins == std::vector<std::string>{"request-termination at kong.yml:9:19"});
  }
}
