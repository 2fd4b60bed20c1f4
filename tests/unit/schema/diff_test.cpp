#include "schema/diff.h"

#include <doctest/doctest.h>

#include "schema/digest.h"
#include "schema/dump.h"
#include "schema/emit.h"

namespace {

std::unique_ptr<const schema::Config> load(std::string text) {
  schema::Problems problems;
  schema::LoadOptions options;
  options.accept_described_plugins = true;
  auto config = schema::load({{"kong.yml", "_format_version: \"3.0\"\n" + std::move(text), schema::Syntax::yaml}}, problems, options);
  for (const schema::Problem& problem : problems.all()) INFO(problem.what);
  REQUIRE(config != nullptr);
  return config;
}

std::unique_ptr<const schema::Config> reloaded(const schema::Config& config) {
  schema::Problems problems;
  schema::LoadOptions options;
  options.accept_described_plugins = true;
  options.now_s = 1;
  auto again = schema::load({{"dump.yml", schema::to_yaml(config), schema::Syntax::yaml}}, problems, options);
  REQUIRE(again != nullptr);
  return again;
}

constexpr const char* shop = R"(
services:
  - name: shop
    host: shop.internal
    tags: [b, a]
    routes:
      - paths: [/shop]
      - name: named
        hosts: ["*.shop.test"]
    plugins:
      - name: rate-limiting
        config: {minute: 5}
  - url: http://nameless.internal
    routes: [{paths: [/nameless]}]
consumers:
  - username: alice
    keyauth_credentials: [{key: secret-key}]
    basicauth_credentials: [{username: alice, password: pw}]
    acls: [{group: admin}]
upstreams:
  - name: up
    algorithm: consistent-hashing
    targets: [{target: "10.0.0.1:80"}, {target: "yes"}]
certificates: []
)";

}  // namespace

TEST_CASE("a configuration differs neither from itself nor from a second load nor from its dump") {
  const auto one = load(shop), two = load(shop);
  CHECK(schema::diff(*one, *one).changes.empty());
  CHECK(schema::diff(*one, *two).changes.empty());
  const auto again = reloaded(*one);
  const auto difference = schema::diff(*one, *again);
  for (const auto& change : difference.changes) INFO(change.collection, " ", change.key);
  CHECK(difference.changes.empty());
  CHECK(schema::digest(*one) == schema::digest(*two));
  CHECK(schema::digest(*one) == schema::digest(*again));
}

TEST_CASE("what is written out with its default is no difference") {
  const auto plain = load("services: [{name: s, host: h}]");
  const auto written = load("services: [{name: s, host: h, port: 80, retries: 5, path: null, enabled: true}]");
  CHECK(schema::diff(*plain, *written).changes.empty());
  CHECK(schema::digest(*plain) == schema::digest(*written));
}

TEST_CASE("the order of a set is no difference, the order of a list is one") {
  const auto one = load("services: [{name: s, host: h, tags: [a, b]}]\nroutes: [{name: r, paths: [/a, /b]}]");
  const auto other = load("services: [{name: s, host: h, tags: [b, a]}]\nroutes: [{name: r, paths: [/b, /a]}]");
  const auto difference = schema::diff(*one, *other);
  REQUIRE(difference.changes.size() == 1);
  CHECK(difference.changes[0].collection == "routes");
  CHECK(difference.changes[0].fields[0].path == "paths");
  CHECK(schema::digest(*load("services: [{name: s, host: h, tags: [a, b]}]")) == schema::digest(*load("services: [{name: s, host: h, tags: [b, a]}]")));
  CHECK(schema::digest(*one) != schema::digest(*other));
}

TEST_CASE("an update names the fields with both values") {
  const auto from = load("services: [{name: s, host: h, plugins: [{name: rate-limiting, config: {minute: 5}}]}]");
  const auto to = load("services: [{name: s, host: i, plugins: [{name: rate-limiting, config: {minute: 7}}]}]");
  const auto difference = schema::diff(*from, *to);
  REQUIRE(difference.changes.size() == 2);
  CHECK(difference.count(schema::ChangeKind::update) == 2);
  CHECK(difference.changes[0].key == "s");
  CHECK(difference.changes[0].fields[0].path == "host");
  CHECK(difference.changes[1].key == "rate-limiting (service s)");
  REQUIRE(difference.changes[1].fields.size() == 1);
  CHECK(difference.changes[1].fields[0].path == "config.minute");
  CHECK(difference.changes[1].fields[0].before.as_integer() == 5);
  CHECK(difference.changes[1].fields[0].after.as_integer() == 7);
}

TEST_CASE("children are removed before and created after their parents") {
  const auto from = load("services: [{name: old, host: h, routes: [{name: old-route, paths: [/a]}]}]");
  const auto to = load("services: [{name: new, host: h, routes: [{name: new-route, paths: [/a]}]}]");
  const auto difference = schema::diff(*from, *to);
  REQUIRE(difference.changes.size() == 4);
  CHECK(difference.changes[0].key == "old-route");
  CHECK(difference.changes[1].key == "old");
  CHECK(difference.changes[2].key == "new");
  CHECK(difference.changes[3].key == "new-route");
}

TEST_CASE("a key is not named, and a changed secret is marked") {
  const auto from = load("consumers: [{username: a, keyauth_credentials: [{key: one}], basicauth_credentials: [{username: u, password: x}]}]");
  const auto to = load("consumers: [{username: a, keyauth_credentials: [{key: two}], basicauth_credentials: [{username: u, password: y}]}]");
  const auto difference = schema::diff(*from, *to);
  CHECK(difference.count(schema::ChangeKind::remove) == 1);
  CHECK(difference.count(schema::ChangeKind::create) == 1);
  for (const auto& change : difference.changes) {
    CHECK(change.key.find("one") == std::string::npos);
    CHECK(change.key.find("two") == std::string::npos);
    for (const auto& field : change.fields) CHECK(field.secret);
  }
}

TEST_CASE("an entity that keeps its id may change its name") {
  const auto from = load("services: [{id: 11111111-1111-4111-8111-111111111111, name: a, host: h}]");
  const auto to = load("services: [{id: 11111111-1111-4111-8111-111111111111, name: b, host: h}]");
  const auto difference = schema::diff(*from, *to);
  REQUIRE(difference.changes.size() == 1);
  CHECK(difference.changes[0].fields[0].path == "name");
}

namespace {

bool holds_text(const schema::Value& value, std::string_view text) {
  if (value.is_array())
    for (const schema::Value& item : value.items())
      if (holds_text(item, text)) return true;
  if (value.is_object())
    for (const schema::Member& member : value.members())
      if (holds_text(member.value, text)) return true;
  return value.is_text() && !value.from_secret && value.as_text() == text;
}

constexpr const char* without_headers = R"(
plugins:
  - {name: http-log, config: {http_endpoint: "http://log.internal"}}
)";

constexpr const char* with_headers = R"(
plugins:
  - {name: http-log, config: {http_endpoint: "http://log.internal", headers: {x-key: hidden}}}
)";

constexpr const char* with_list = R"(
plugins:
  - {name: request-transformer, config: {add: {headers: ["x-a:old", "x-b:1"]}}}
)";

}  // namespace

TEST_CASE("a secret is marked wherever it lies in what differs") {
  const auto none = load(without_headers), some = load(with_headers);
  for (const auto& [from, to] : {std::pair(none.get(), some.get()), std::pair(some.get(), none.get())}) {
    const auto difference = schema::diff(*from, *to);
    REQUIRE(difference.changes.size() == 1);
    REQUIRE(difference.changes[0].fields.size() == 1);
    for (const auto& change : difference.changes)
      for (const auto& field : change.fields) {
        CHECK_FALSE((!field.secret && holds_text(field.before, "hidden")));
        CHECK_FALSE((!field.secret && holds_text(field.after, "hidden")));
      }
  }
}

TEST_CASE("what a value from the environment replaces is as secret as that value") {
  schema::Problems problems;
  schema::LoadOptions options;
  options.environment = [](std::string_view) { return std::optional<std::string>("new"); };
  const std::string text = "_format_version: \"3.0\"\nplugins:\n  - {name: request-transformer, config: {add: {headers: ['x-a:${{ env \"DECK_A\" }}', 'x-b:1']}}}\n";
  const auto to = schema::load({{"kong.yml", text, schema::Syntax::yaml}}, problems, options);
  REQUIRE(to != nullptr);
  const auto from = load(with_list);
  const auto difference = schema::diff(*from, *to);
  REQUIRE(difference.changes.size() == 1);
  REQUIRE(difference.changes[0].fields.size() == 1);
  CHECK(difference.changes[0].fields[0].secret);
}

TEST_CASE("an entity is found by its key before its id") {
  const auto from = load("consumers:\n  - {id: 11111111-1111-4111-8111-111111111111, username: ann}\n  - {id: 22222222-2222-4222-8222-222222222222, username: bea}\n");
  const auto to = load("consumers:\n  - {id: 22222222-2222-4222-8222-222222222222, username: cleo}\n  - {username: ann}\n");
  const auto difference = schema::diff(*from, *to);
  REQUIRE(difference.changes.size() == 1);
  CHECK(difference.changes[0].kind == schema::ChangeKind::update);
  CHECK(difference.changes[0].key == "cleo");
}

TEST_CASE("another id under the same name is another entity, which takes the place of the first") {
  const auto from = load("services: [{id: 11111111-1111-4111-8111-111111111111, name: a, host: h, routes: [{name: r, paths: [/a]}]}]");
  const auto to = load("services: [{id: 22222222-2222-4222-8222-222222222222, name: a, host: h, routes: [{name: r, paths: [/a]}]}]");
  const auto difference = schema::diff(*from, *to);
  REQUIRE(difference.changes.size() == 2);
  CHECK(difference.changes[0].kind == schema::ChangeKind::remove);
  CHECK(difference.changes[0].before->id.front() == '1');
  CHECK(difference.changes[1].kind == schema::ChangeKind::create);
  CHECK(difference.changes[1].after->id.front() == '2');
  // Ids that nobody chose are no difference.
  CHECK(schema::diff(*from, *load("services: [{name: a, host: h, routes: [{name: r, paths: [/a]}]}]")).changes.empty());
}
