#include <doctest/doctest.h>

#include "schema/compact.h"
#include "schema/dump.h"

namespace {

constexpr const char* shop = R"(_format_version: "3.0"
_info: {select_tags: [team-a]}
services:
  - name: one
    url: https://one.test/base
    tags: [x, x]
    routes:
      - name: first
        paths: [/a, "/a long path that is kept as it stands, however often it comes, because it is longer than texts that recur"]
        headers: {x-kind: [a, b]}
        plugins:
          - name: rate-limiting
            config: {minute: 5, policy: local, redis: {password: "{vault://env/the-password}"}}
  - {name: two, host: two.test, port: 81}
upstreams: [{name: up, targets: [{target: "10.0.0.1"}]}]
consumers: [{username: "${{ env \"DECK_NAME\" }}", keyauth_credentials: [{id: 11111111-1111-4111-8111-111111111111, key: k}]}]
)";

schema::LoadOptions usual() {
  schema::LoadOptions options;
  options.now_s = 1;
  options.environment = [](std::string_view name) -> std::optional<std::string> { return name == "DECK_NAME" ? "alice" : "s3cr3t"; };
  return options;
}

bool same_places(const schema::Value& a, const schema::Value& b) {
  if (a.place.line != b.place.line || a.place.column != b.place.column || a.from_secret != b.from_secret) return false;
  if (a.is_array())
    for (size_t i = 0; i < a.items().size(); ++i)
      if (!same_places(a.items()[i], b.items()[i])) return false;
  if (a.is_object())
    for (size_t i = 0; i < a.members().size(); ++i)
      if (!same_places(a.members()[i].value, b.members()[i].value)) return false;
  return true;
}

}  // namespace

TEST_CASE("a configuration that does not keep its document means the same, and knows the same places") {
  schema::Problems problems;
  const auto whole = schema::load({{"kong.yml", shop, schema::Syntax::yaml}}, problems, usual());
  const auto alone = schema::load_apart({{"kong.yml", shop, schema::Syntax::yaml}}, problems, usual());
  REQUIRE(whole != nullptr);
  REQUIRE(alone != nullptr);
  CHECK(alone->document.root.is_null());
  CHECK(schema::to_yaml(*alone) == schema::to_yaml(*whole));
  CHECK(schema::to_json(*alone, {.mask_secrets = true}) == schema::to_json(*whole, {.mask_secrets = true}));
  CHECK(alone->hash == whole->hash);
  CHECK(alone->document.files == whole->document.files);
  for (const auto& [collection, entities] : whole->entities)
    for (size_t i = 0; i < entities.size(); ++i) CHECK(same_places(entities[i].given, alone->entities.at(collection)[i].given));
  CHECK(alone->plugins[0].config.record("redis").text("password") == "s3cr3t");
  CHECK(alone->upstreams[0].targets[0].target == "10.0.0.1:8000");
}

TEST_CASE("a configuration that does not keep its document has less than two thirds of its memory") {
  std::string text = "_format_version: \"3.0\"\nservices:\n";
  for (int i = 0; i < 4000; ++i) {
    const std::string number = std::to_string(i);
    text += "- {name: service-" + number + ", host: service-" + number + ".test, port: 80, routes: [{name: route-" + number + ", paths: [/service-" + number + "]}]}\n";
  }
  schema::Problems problems;
  const auto whole = schema::load({{"kong.yml", text, schema::Syntax::yaml}}, problems, usual());
  const auto alone = schema::load_apart({{"kong.yml", text, schema::Syntax::yaml}}, problems, usual());
  REQUIRE(whole != nullptr);
  REQUIRE(alone != nullptr);
  CHECK(alone->document.arena.bytes() * 3 < whole->document.arena.bytes() * 2);
}
