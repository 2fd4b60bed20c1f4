#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "deckctl/explain/story.h"
#include "deckctl/lint/run.h"

namespace {

using deckctl::explain::Asked;
using deckctl::explain::Story;

std::unique_ptr<const schema::Config> load(const std::string& text, bool expressions = false) {
  schema::Problems problems;
  schema::LoadOptions options;
  options.accept_described_plugins = true;
  options.expressions_flavor = expressions;
  auto config = schema::load({{"kong.yml", "_format_version: \"3.0\"\n" + text, schema::Syntax::yaml}}, problems, options);
  for (const schema::Problem& problem : problems.all()) MESSAGE(problem.what);
  REQUIRE(config != nullptr);
  return config;
}

Asked asked(std::string_view method, std::string_view url, const std::vector<std::string>& headers = {}, std::string consumer = {}) {
  Asked request;
  REQUIRE(deckctl::explain::parse(method, url, headers, request) == "");
  request.consumer = std::move(consumer);
  return request;
}

Story tell(const schema::Config& config, const Asked& request) {
  std::vector<std::string> errors;
  Story story = deckctl::explain::tell(config, routing::Flavor::traditional_compatible, request, errors);
  CHECK(errors.empty());
  return story;
}

std::string route_of(const Story& story) { return story.route == nullptr ? std::string() : std::string(story.route->name); }

std::string plugins_of(const Story& story) {
  std::string all;
  for (const auto& step : story.plugins) all += std::string(step.plugin->name) + " (" + step.scope + ") ";
  return all;
}

std::string why_not(const Story& story, std::string_view route) {
  for (const auto& rival : story.rivals)
    if (rival.route->name == route) return (rival.fits ? "" : "no: ") + rival.why;
  return "not near";
}

constexpr const char* shop = R"(
services:
- name: shop
  url: http://shop.internal:8080/base
  routes:
  - {name: long, paths: [/a/b]}
  - {name: short, paths: [/a]}
  - {name: post, paths: [/a/b/c], methods: [POST]}
  - {name: regex, paths: ['~/x/(?<id>\d+)'], strip_path: false, preserve_host: true}
  - {name: plain, paths: [/x/12345]}
  - {name: versioned, paths: [/v], headers: {x-version: ["2"]}}
  - {name: host, paths: [/h], hosts: ["*.shop.test"]}
  - {name: secure, paths: [/s], protocols: [https], https_redirect_status_code: 301}
  - {name: upgrade, paths: [/u], protocols: [https]}
- name: balanced
  host: pool
  routes: [{name: balanced, paths: [/pool]}]
upstreams:
- {name: pool, targets: [{target: "10.0.0.1:80", weight: 10}, {target: "10.0.0.2:80"}]}
routes:
- {name: nowhere, paths: [/nowhere]}
- {name: closed, paths: [/closed], plugins: [{name: request-termination, config: {status_code: 403}}]}
)";

}  // namespace

TEST_CASE("the winner of two prefixes is the longer one, and the other is told why") {
  const auto config = load(shop);
  const Story story = tell(*config, asked("GET", "/a/b/c?q=1"));
  CHECK(route_of(story) == "long");
  CHECK(why_not(story, "short") == "fits, but comes later: shorter path");
  CHECK(why_not(story, "post") == "no: method: GET is not one of POST");
  CHECK(why_not(story, "plain") == "not near");
  REQUIRE(story.destination);
  CHECK(story.destination->url == "http://shop.internal:8080/base/c?q=1");
  CHECK(story.destination->host_header == "shop.internal:8080");
}

TEST_CASE("a regular expression goes before a plain path, with its captures") {
  const auto config = load(shop);
  const Story story = tell(*config, asked("GET", "http://a.test/x/12345"));
  CHECK(route_of(story) == "regex");
  CHECK(story.captures == std::vector<std::string>{"id=12345"});
  CHECK(why_not(story, "plain") == "fits, but comes later: a regex path goes before a plain one");
  CHECK(story.destination->url == "http://shop.internal:8080/base/x/12345");
  CHECK(story.destination->host_header == "a.test");
}

TEST_CASE("a missing header and another host are told") {
  const auto config = load(shop);
  CHECK(why_not(tell(*config, asked("GET", "/v")), "versioned") == "no: header x-version: was not sent, wanted is 2");
  CHECK(route_of(tell(*config, asked("GET", "/v", {"X-Version: 2"}))) == "versioned");
  CHECK(why_not(tell(*config, asked("GET", "/h")), "host") == "no: host: localhost is not one of *.shop.test");
  CHECK(route_of(tell(*config, asked("GET", "/h", {"Host: www.shop.test"}))) == "host");
}

TEST_CASE("a route of a disabled service and one by expression are told as well") {
  const auto config = load("services: [{name: idle, host: h, enabled: false, routes: [{name: idle, paths: [/r]}]}, {name: s, host: h, routes: [{name: busy, paths: [/r]}]}]");
  CHECK(why_not(tell(*config, asked("GET", "/r")), "idle") == "no: its service is disabled");
  const auto expressions = load("services: [{name: s, host: h, routes: [{name: low, expression: 'http.path ^= \"/r\"', priority: 1}, {name: high, expression: 'http.path ^= \"/r\"', priority: 2}]}]", true);
  std::vector<std::string> errors;
  const Story story = deckctl::explain::tell(*expressions, routing::Flavor::expressions, asked("GET", "/r/x"), errors);
  CHECK(route_of(story) == "high");
  CHECK(why_not(story, "low") == "fits, but comes later: lower priority");
  CHECK(story.destination->url == "http://h/x");
}

TEST_CASE("answers of the gateway's own are told with their reason") {
  const auto config = load(shop);
  auto status = [&](std::string_view url) {
    const Story story = tell(*config, asked("GET", url));
    CHECK_FALSE(story.destination);
    return story.answer ? story.answer->status : 0;
  };
  CHECK(status("/nothing") == 404);
  CHECK(status("/s?x=1") == 301);
  CHECK(status("/u") == 426);
  CHECK(status("/nowhere") == 503);
  CHECK(status("/closed") == 403);
  CHECK(status("/%zz") == 400);
  CHECK(tell(*config, asked("GET", "http://a.test:8000/s?x=1")).answer->location == "https://a.test/s?x=1");
  CHECK_FALSE(tell(*config, asked("GET", "https://a.test/s")).answer);
  CHECK(tell(*config, asked("GET", "/closd")).hint == "did you mean /closed?");
}

TEST_CASE("an upstream is shown with its targets") {
  const auto config = load(shop);
  const std::string text = deckctl::explain::to_text(tell(*config, asked("GET", "/pool/x")), config->document);
  CHECK(text.find("GET http://pool/x\n") != std::string::npos);
  CHECK(text.find("Host: of the chosen target") != std::string::npos);
  CHECK(text.find("10.0.0.1:80 weight 10") != std::string::npos);
}

TEST_CASE("plugins run by priority, the most specific instance of each, and a consumer's join after authentication") {
  const auto config = load(R"(
services:
- name: s
  host: h
  plugins: [{name: rate-limiting, config: {minute: 5}}]
  routes: [{name: r, paths: [/r], plugins: [{name: key-auth}]}]
plugins:
- {name: rate-limiting, config: {minute: 9}}
- {name: correlation-id}
- {name: file-log, config: {path: /dev/stdout}}
consumers:
- username: alice
  keyauth_credentials: [{key: k}]
  plugins: [{name: rate-limiting, config: {minute: 100}}, {name: correlation-id}]
)");
  const Story anybody = tell(*config, asked("GET", "/r"));
  CHECK(plugins_of(anybody) == "correlation-id (global) key-auth (route r) rate-limiting (service s) file-log (global) ");
  CHECK(anybody.plugins[2].replaced == std::vector<std::string>{"global"});
  CHECK(anybody.plugins[1].authenticates);
  const Story alice = tell(*config, asked("GET", "/r", {}, "alice"));
  CHECK(plugins_of(alice) == "correlation-id (global) key-auth (route r) rate-limiting (consumer alice) file-log (global) ");
  CHECK(alice.plugins[2].replaced == std::vector<std::string>{"service s", "global"});
}

TEST_CASE("a key in the request tells the consumer, and is not repeated") {
  const auto config = load(R"(
services: [{name: s, host: h, routes: [{name: r, paths: [/r]}]}]
plugins: [{name: key-auth, config: {key_names: [apikey]}}]
consumers: [{username: alice, keyauth_credentials: [{key: hush-hush}], plugins: [{name: rate-limiting, config: {minute: 1}}]}]
)");
  for (const Asked& request : {asked("GET", "/r", {"apikey: hush-hush"}), asked("GET", "/r?apikey=hush%2Dhush")}) {
    const Story story = tell(*config, request);
    CHECK(plugins_of(story) == "key-auth (global) rate-limiting (consumer alice) ");
    CHECK(story.notes.at(0).find("is a key of consumer alice") != std::string::npos);
    CHECK(story.notes.at(0).find("hush") == std::string::npos);
  }
  CHECK(tell(*config, asked("GET", "/r")).notes.at(0) == "key-auth: the request has no key, so as it stands it is answered with 401");
  CHECK(tell(*config, asked("GET", "/r", {"apikey: x"})).notes.at(0) == "key-auth: no consumer has the key in header apikey, so as it stands it is answered with 401");
}

TEST_CASE("a request without a key is the anonymous consumer's where one is named") {
  const auto config = load(R"(
services: [{name: s, host: h, routes: [{name: r, paths: [/r]}]}]
plugins: [{name: key-auth, config: {anonymous: guest}}]
consumers: [{username: guest, plugins: [{name: rate-limiting, config: {minute: 1}}]}]
)");
  const Story story = tell(*config, asked("GET", "/r"));
  CHECK(plugins_of(story) == "key-auth (global) rate-limiting (consumer guest) ");
  CHECK(story.notes.at(0).find("the anonymous consumer guest") != std::string::npos);
}

TEST_CASE("cors answers a preflight request itself") {
  const auto config = load("services: [{name: s, host: h, routes: [{name: r, paths: [/r]}]}]\nplugins: [{name: cors}]");
  CHECK(tell(*config, asked("OPTIONS", "/r", {"Origin: http://a.test", "Access-Control-Request-Method: GET"})).answer->status == 200);
  CHECK_FALSE(tell(*config, asked("OPTIONS", "/r")).answer);
}

TEST_CASE("the story as JSON holds what the text says") {
  const auto config = load(shop);
  const auto json = nlohmann::json::parse(deckctl::explain::to_json(tell(*config, asked("GET", "/a/b/c")), config->document));
  CHECK(json["route"]["name"] == "long");
  CHECK(json["route"]["file"] == "kong.yml");
  CHECK(json["rivals"].size() == 2);
  CHECK(json["destination"]["service"]["name"] == "shop");
  CHECK(json["answer"].is_null());
}

TEST_CASE("a request that cannot be is refused with a reason") {
  Asked request;
  CHECK(deckctl::explain::parse("get", "/", {}, request) == "'get' is not a method; they are written in capitals");
  CHECK(deckctl::explain::parse("GET", "ftp://a/", {}, request) == "ftp://a/ is neither an http(s) URL nor a path");
  CHECK(deckctl::explain::parse("GET", "http://a b/", {}, request) == "'a b' is not a host");
  CHECK(deckctl::explain::parse("GET", "/", {"nonsense"}, request) == "header 'nonsense' is not 'Name: value'");
}
