#include "schema/validate.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "schema/config.h"
#include "schema/json.h"
#include "schema/kong_errors.h"
#include "schema/report.h"

namespace {

struct Outcome {
  std::unique_ptr<const schema::Config> config;
  schema::Problems problems;
  schema::Document refused;

  std::string text() const {
    std::string all;
    for (const auto& problem : problems.all()) all += schema::to_text(problem.path) + ": " + problem.what + "\n";
    return all;
  }
};

Outcome load(const std::string& text, schema::LoadOptions options = {}) {
  Outcome outcome;
  outcome.config = schema::load({{"kong.yml", "_format_version: \"3.0\"\n" + text, schema::Syntax::yaml}}, outcome.problems, options, &outcome.refused);
  return outcome;
}

}  // namespace

TEST_CASE("a field stops at its first fault, a record does not") {
  CHECK(load("services: [{name: 'bad name', host: 'h:80', port: 70000, colour: red}]").text() ==
        "services[0].name: invalid value 'bad name': the only accepted ascii characters are alphanumerics or ., -, _, and ~\n"
        "services[0].host: must not have a port\n"
        "services[0].port: value should be between 0 and 65535\n"
        "services[0].colour: unknown field\n");
}

TEST_CASE("an unknown field comes with the nearest known one") {
  const Outcome outcome = load("services: [{name: s, host: h, rout: []}, {name: t, host: h, retires: 1}]");
  CHECK(outcome.problems.all()[0].hint == "did you mean routes?");
  CHECK(outcome.problems.all()[1].hint == "did you mean retries?");
}

TEST_CASE("a key of another level is told with the level where it belongs") {
  const auto hint = [](const std::string& text) {
    const Outcome outcome = load(text);
    REQUIRE(outcome.config == nullptr);
    const auto& all = outcome.problems.all();
    const auto unknown = std::find_if(all.begin(), all.end(), [](const schema::Problem& one) { return one.what == "unknown field"; });
    REQUIRE(unknown != all.end());
    return unknown->hint;
  };
  CHECK(hint("services: [{name: s, host: h, rotues: []}]") == "did you mean routes?");
  CHECK(hint("services: [{name: s, host: h, strip_path: false}]") == "it belongs to its routes");
  CHECK(hint("services: [{name: s, host: h, strip_pth: false}]") == "did you mean strip_path? it belongs to its routes");
  CHECK(hint("services: [{name: s, host: h, hosts: [a]}]") == "did you mean host? hosts belongs to its routes");
  CHECK(hint("services: [{name: s, host: h, consumers: []}]") == "it belongs to the top of the document");
  CHECK(hint("services: [{name: s, host: h, routes: [{paths: [/a], retries: 2}]}]") == "it belongs to the service around it");
  CHECK(hint("services: [{name: s, host: h, plugins: [{name: cors, routes: []}]}]").ends_with("routes belongs to the service around it"));
  CHECK(hint("plugins: [{name: rate-limiting, minute: 5}]") == "it belongs in config");
  CHECK(hint("plugins: [{name: rate-limiting, config: {minute: 5, tags: [a]}}]") == "it belongs one level up, to the plugin");
  CHECK(hint("plugins: [{name: rate-limiting, config: {minute: 5, database: 1}}]") == "it belongs in redis");
  CHECK(hint("strip_path: false") == "it belongs to routes");
  CHECK(hint("rotues: []") == "did you mean routes?");
  CHECK(hint("xyzzy: []") == "");
  CHECK(hint("services: [{name: s, host: h, xyzzy: 1}]") == "");
}

TEST_CASE("hosts, targets and addresses") {
  CHECK(load("services: [{host: 10.0.0.1}, {host: '::1'}, {host: '[::1]'}, {host: a_b.test}, {host: localhost}]").config != nullptr);
  CHECK(load("services: [{host: -a}, {host: a..b}, {host: 'a b'}]").problems.errors() == 3);
  CHECK(load("upstreams: [{name: u, targets: [{target: '[::1]:80'}, {target: '10.0.0.1:80'}, {target: a.test}]}]").config != nullptr);
  CHECK(load("upstreams: [{name: u, targets: [{target: 'a:b'}, {target: 'a:70000'}]}]").problems.errors() == 2);
  CHECK(load("snis: [{name: 'a:443', certificate: x}]").text().starts_with("snis[0].name: must not have a port\n"));
}

TEST_CASE("paths are plain and normalised, or expressions that compile") {
  CHECK(load("routes: [{paths: [/a, '/a%2Fb', '~/a/(?<id>\\d+)$', /]}]").config != nullptr);
  CHECK(load("routes: [{paths: ['~/a(']}]").problems.errors() == 1);
  CHECK(load("routes: [{paths: ['/%41']}]").text() == "routes[0].paths[0]: non-normalized path, consider use '/A' instead\n");
}

TEST_CASE("rules over several fields skip values that are vault references") {
  CHECK(load("services: [{host: h, protocol: https, client_certificate: c}]\ncertificates: [{id: 11111111-1111-4111-8111-111111111111, cert: '{vault://env/c}', key: '{vault://env/k}'}]")
            .text().find("certificates") != std::string::npos);  // the dangling name alone
  CHECK(load("plugins: [{name: http-log, config: {http_endpoint: '{vault://env/x}'}}]").text().find("http_endpoint") == std::string::npos);
}

TEST_CASE("empty lists and empty maps are alike") {
  CHECK(load("services: [{host: h, tags: {}}]\nplugins: [{name: key-auth, config: []}]").config != nullptr);
}

TEST_CASE("expressions belong to their router") {
  schema::LoadOptions options;
  CHECK(load("routes: [{name: r, expression: 'http.path == \"/a\"'}]").config == nullptr);
  options.expressions_flavor = true;
  const Outcome outcome = load("routes: [{name: r, expression: 'http.path == \"/a\"', priority: 5}]", options);
  REQUIRE(outcome.config != nullptr);
  CHECK(outcome.config->routes[0].expression == "http.path == \"/a\"");
  CHECK(outcome.config->routes[0].priority == 5);
  CHECK(load("routes: [{name: r, expression: 'a', paths: [/a]}]", options).config == nullptr);
}

TEST_CASE("a described plugin is checked like a built one, whether it may run or not") {
  schema::LoadOptions options;
  options.unknown_plugins = schema::UnknownPlugins::skip;
  CHECK(load("plugins: [{name: zipkin, config: {http_endpont: x}}]", options).text().find("config.http_endpont: unknown field") != std::string::npos);
  CHECK(load("plugins: [{name: no-such, config: {a: 1}, whatever: 2}]", options).config != nullptr);
}

TEST_CASE("faulty entities are told one by one, with what the document says of them") {
  const Outcome outcome = load("services: [{id: 11111111-1111-4111-8111-111111111111, name: s, host: h, tags: [t], routes: [{name: r, paths: [a]}]}]\nfoo: 1");
  CHECK(schema::flattened_errors(outcome.problems, outcome.refused) ==
        "[{\"entity_type\":\"route\",\"entity_name\":\"r\",\"entity\":{\"name\":\"r\",\"paths\":[\"a\"],\"service\":{\"id\":\"11111111-1111-4111-8111-111111111111\"}},"
        "\"errors\":[{\"type\":\"field\",\"field\":\"paths.1\",\"message\":\"should start with: / (fixed path) or ~/ (regex path)\"}]}]");
}
