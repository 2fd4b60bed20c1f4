#include <malloc.h>

#include "world.h"

using namespace plugins;

namespace {

const char* scopes = R"(
services:
- {name: s1, url: "http://up.test", routes: [{name: r1, paths: [/1]}, {name: r2, paths: [/2]}]}
- {name: s2, url: "http://up.test", routes: [{name: r3, paths: [/3]}]}
consumers:
- {username: alice, keyauth_credentials: [{key: alice-key}]}
plugins:
- {name: key-auth}
)";

std::string scope(std::string_view label, std::string_view where) {
  return "- {name: request-transformer, " + std::string(where) + " config: {add: {headers: [\"x-scope:" + std::string(label) + "\"]}}}\n";
}

std::string seen(const World& world, std::string_view route) {
  Visit visit(world, route);
  visit.header("apikey", "alice-key");
  CHECK(visit.send() == 0);
  return visit.sent("x-scope");
}

}  // namespace

TEST_CASE("the most specific scope of a plugin wins") {
  Node node;
  std::string yaml = scopes + scope("global", "");
  CHECK(seen(World(node, yaml), "r1") == "global");
  yaml += scope("service", "service: s1,");
  CHECK(seen(World(node, yaml), "r1") == "service");
  CHECK(seen(World(node, yaml), "r3") == "global");
  yaml += scope("route", "route: r1,");
  CHECK(seen(World(node, yaml), "r1") == "route");
  CHECK(seen(World(node, yaml), "r2") == "service");
  yaml += scope("consumer", "consumer: alice,");
  CHECK(seen(World(node, yaml), "r1") == "consumer");
  yaml += scope("route+service", "route: r1, service: s1,");
  CHECK(seen(World(node, yaml), "r1") == "route+service");
  CHECK(seen(World(node, yaml), "r2") == "consumer");
  yaml += scope("consumer+service", "consumer: alice, service: s1,");
  CHECK(seen(World(node, yaml), "r1") == "consumer+service");
  CHECK(seen(World(node, yaml), "r3") == "consumer");
  yaml += scope("consumer+route", "consumer: alice, route: r1,");
  CHECK(seen(World(node, yaml), "r1") == "consumer+route");
  yaml += scope("all", "consumer: alice, route: r1, service: s1,");
  CHECK(seen(World(node, yaml), "r1") == "all");
}

TEST_CASE("a disabled plugin does not shadow the global one") {
  Node node;
  CHECK(seen(World(node, scopes + scope("global", "") + scope("route", "route: r1, enabled: false,")), "r1") == "global");
}

TEST_CASE("a plugin that answers ends the request hooks, not the response hooks") {
  Node node;
  World world(node, std::string(scopes) + R"(
- {name: correlation-id, config: {header_name: X-Cid, echo_downstream: true}}
- {name: rate-limiting, config: {minute: 5}}
)");
  Visit visit(world, "r1");
  CHECK(visit.send() == 401);
  CHECK(visit.got("X-Cid") == visit.sent("X-Cid"));
  CHECK_FALSE(visit.got("X-Cid").empty());
  CHECK(visit.got("RateLimit-Limit").empty());
}

TEST_CASE("a request without a route meets the response hooks of global plugins") {
  Node node;
  World world(node, std::string(scopes) + "- {name: cors, config: {origins: [\"*\"]}}\n- {name: cors, service: s1, config: {origins: [\"http://x.test\"]}}\n");
  Visit visit(world, "");
  visit.run.response(visit.exchange);
  CHECK(visit.got("Access-Control-Allow-Origin") == "*");
}

TEST_CASE("routes with equal plugins share one chain") {
  Node node;
  std::string yaml = "services:\n- name: s\n  url: http://up.test\n  routes:\n";
  for (int i = 0; i < 100; ++i) yaml += "  - {name: r" + std::to_string(i) + ", paths: [/" + std::to_string(i) + "]}\n";
  World world(node, yaml + "plugins:\n- {name: key-auth}\n- {name: cors, route: r7}\n");
  CHECK(world.chains->distinct() == 2);
  CHECK(world.chains->of(world.route("r7"), nullptr).slots().size() == 2);
}

TEST_CASE("ten thousand routes with two plugins each take less than 15 MB") {
  Node node;
  std::string yaml = "services:\n- name: s\n  url: http://up.test\n  routes:\n";
  for (int i = 0; i < 10'000; ++i) {
    std::string number = std::to_string(i);
    yaml += "  - {name: r" + number + ", paths: [/" + number + "], plugins: [{name: key-auth}, {name: rate-limiting, config: {minute: 5}}]}\n";
  }
  World world(node, yaml);
  std::vector<std::string> errors;
  Building building{*world.config, *world.credentials, node.counters, node.metrics, node.log_files, errors};
  size_t before = mallinfo2().uordblks;
  Chains chains(*world.config, building);
  CHECK(chains.plugins() == 20'000);
  // Sanitizers answer 0 here; the bound is then not measured.
  CHECK(mallinfo2().uordblks - before < 15'000'000);
  MESSAGE("bytes: ", mallinfo2().uordblks - before);
}
