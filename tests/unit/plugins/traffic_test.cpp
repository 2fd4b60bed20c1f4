#include "world.h"

using namespace plugins;

namespace {

std::string with(std::string_view plugin) {
  return "services:\n- name: a\n  url: http://up.test\n  routes: [{name: a, paths: [/a]}]\n  plugins: [" + std::string(plugin) +
         "]\nconsumers:\n- {username: alice, keyauth_credentials: [{key: alice-key}], acls: [{group: admins}, {group: staff}]}\n"
         "- {username: bob, keyauth_credentials: [{key: bob-key}]}\n- {username: anon}\n";
}

}  // namespace

TEST_CASE("rate-limiting shows what is left and refuses with the time to wait") {
  Node node;
  World world(node, with("{name: rate-limiting, config: {minute: 2, hour: 100}}"));
  Visit first(world, "a");
  CHECK(first.send() == 0);
  CHECK(first.got("X-RateLimit-Limit-Minute") == "2");
  CHECK(first.got("X-RateLimit-Remaining-Minute") == "1");
  CHECK(first.got("X-RateLimit-Remaining-Hour") == "99");
  CHECK(first.got("RateLimit-Limit") == "2");
  CHECK(first.got("RateLimit-Reset") == "20");
  Visit second(world, "a");
  CHECK(second.send() == 0);
  Visit third(world, "a");
  CHECK(third.send() == 429);
  CHECK(third.got("Retry-After") == "20");
  CHECK(third.got("X-RateLimit-Remaining-Hour") == "98");
  CHECK(third.exchange.own_body.find("API rate limit exceeded") != std::string_view::npos);
}

TEST_CASE("rate-limiting keeps its counters over a reload") {
  Node node;
  std::string yaml = with("{name: rate-limiting, config: {minute: 1}}");
  CHECK(Visit(World(node, yaml), "a").send() == 0);
  World reloaded(node, yaml);
  CHECK(Visit(reloaded, "a").send() == 429);
}

TEST_CASE("rate-limiting tells identifiers apart and hides its headers when asked") {
  Node node;
  World world(node, with("{name: rate-limiting, config: {minute: 1, limit_by: header, header_name: x-tenant, hide_client_headers: true, "
                         "error_code: 420, error_message: calm down}}"));
  CHECK(Visit(world, "a").header("X-Tenant", "a").send() == 0);
  CHECK(Visit(world, "a").header("X-Tenant", "b").send() == 0);
  Visit refused(world, "a");
  CHECK(refused.header("X-Tenant", "a").send() == 420);
  CHECK(refused.got("Retry-After").empty());
  CHECK(refused.exchange.own_body.find("calm down") != std::string_view::npos);
}

TEST_CASE("rate-limiting with Redis fails the load by name") {
  Node node;
  World world(node, with("{name: rate-limiting, config: {minute: 1, policy: redis, redis: {host: redis.test}}}"));
  REQUIRE(world.unbuilt.size() == 1);
  CHECK(world.unbuilt[0].find("policy redis is not built yet") != std::string::npos);
}

TEST_CASE("acl admits by group") {
  Node node;
  World world(node, with("{name: key-auth, config: {anonymous: anon}}, {name: acl, config: {allow: [admins]}}"));
  Visit alice(world, "a");
  CHECK(alice.header("apikey", "alice-key").send() == 0);
  CHECK(alice.sent("X-Consumer-Groups") == "admins, staff");
  Visit bob(world, "a");
  CHECK(bob.header("apikey", "bob-key").send() == 403);
  CHECK(Visit(world, "a").send() == 401);
  World hidden(node, with("{name: key-auth}, {name: acl, config: {deny: [nobody], hide_groups_header: true}}"));
  Visit quiet(hidden, "a");
  CHECK(quiet.header("apikey", "alice-key").header("X-Consumer-Groups", "forged").send() == 0);
  CHECK_FALSE(quiet.exchange.request.headers.has("X-Consumer-Groups"));
  World nobody(node, with("{name: acl, config: {allow: [admins]}}"));
  CHECK(Visit(nobody, "a").send() == 401);
}

TEST_CASE("ip-restriction knows addresses and blocks of both families, deny first") {
  Node node;
  auto status = [&node](std::string_view settings, std::string_view ip) {
    World world(node, with("{name: ip-restriction, config: " + std::string(settings) + "}"));
    Visit visit(world, "a");
    visit.exchange.client.ip = ip;
    return visit.send();
  };
  CHECK(status("{deny: [127.0.0.0/24, \"::1\"]}", "127.0.0.9") == 403);
  CHECK(status("{deny: [127.0.0.0/24, \"::1\"]}", "::1") == 403);
  CHECK(status("{deny: [127.0.0.0/24]}", "::ffff:127.0.0.9") == 403);
  CHECK(status("{deny: [127.0.0.0/24]}", "127.0.1.9") == 0);
  CHECK(status("{allow: [10.0.0.0/9]}", "10.127.0.1") == 0);
  CHECK(status("{allow: [10.0.0.0/9]}", "10.128.0.1") == 403);
  CHECK(status("{allow: [\"2001:db8::/33\"]}", "2001:db8:8000::1") == 403);
  CHECK(status("{allow: [10.0.0.0/8], deny: [10.1.2.3], status: 418, message: stay out}", "10.1.2.3") == 418);
}

TEST_CASE("cors answers preflight requests and leaves other OPTIONS alone") {
  Node node;
  World world(node, with("{name: cors, config: {origins: [\"https://app.test\", \"https://[a-z]+[.]dev\"], max_age: 60, private_network: true}}"));
  Visit preflight(world, "a", "OPTIONS");
  preflight.header("Origin", "https://x.dev").header("Access-Control-Request-Method", "PUT").header("Access-Control-Request-Headers", "x-one");
  CHECK(preflight.header("Access-Control-Request-Private-Network", "true").send() == 200);
  CHECK(preflight.got("Access-Control-Allow-Origin") == "https://x.dev");
  CHECK(preflight.got("Access-Control-Allow-Headers") == "x-one");
  CHECK(preflight.got("Access-Control-Allow-Methods") == "GET,HEAD,PUT,PATCH,POST,DELETE,OPTIONS,TRACE,CONNECT");
  CHECK(preflight.got("Access-Control-Max-Age") == "60");
  CHECK(preflight.got("Access-Control-Allow-Private-Network") == "true");
  CHECK(preflight.got("Vary") == "Origin");
  Visit plain(world, "a", "OPTIONS");
  CHECK(plain.header("Origin", "https://app.test").send() == 0);
  CHECK(plain.got("Access-Control-Allow-Origin") == "https://app.test");
  Visit evil(world, "a");
  CHECK(evil.header("Origin", "https://x.dev.evil.test").send() == 0);
  CHECK_FALSE(evil.exchange.response.headers.has("Access-Control-Allow-Origin"));
  CHECK(evil.got("Vary") == "Origin");
}

TEST_CASE("cors never combines credentials with the wildcard") {
  Node node;
  World world(node, with("{name: cors, config: {origins: [\"*\"], credentials: true}}"));
  Visit named(world, "a");
  CHECK(named.header("Origin", "https://app.test").send() == 0);
  CHECK(named.got("Access-Control-Allow-Origin") == "https://app.test");
  CHECK(named.got("Access-Control-Allow-Credentials") == "true");
  Visit nameless(world, "a");
  CHECK(nameless.send() == 0);
  CHECK(nameless.got("Access-Control-Allow-Credentials").empty());
}

TEST_CASE("request-termination answers with message, body, page or echo") {
  Node node;
  auto visit = [&node](std::string_view settings, std::string_view target, int expected) {
    World world(node, with("{name: request-termination, config: " + std::string(settings) + "}"));
    Visit sent(world, "a", "GET", target);
    CHECK(sent.send() == expected);
    return std::string(sent.exchange.own_body);
  };
  CHECK(visit("{}", "/", 503) == R"({"message":"Service unavailable"})");
  CHECK(visit("{status_code: 200, message: hi}", "/", 200) == R"({"message":"hi"})");
  CHECK(visit("{status_code: 200, body: plain}", "/", 200) == "plain");
  CHECK(visit("{status_code: 403}", "/", 403).size() == 118);
  CHECK(visit("{status_code: 201, trigger: x-stop}", "/", 0).empty());
  CHECK(visit("{status_code: 201, trigger: x-stop}", "/?x-stop", 201).empty());
  std::string echo = visit("{status_code: 200, echo: true}", "/a?b=c&b=d", 200);
  CHECK(echo.find(R"("query":{"b":["c","d"]})") != std::string::npos);
  CHECK(echo.find(R"("matched_route":{)") != std::string::npos);
}

TEST_CASE("correlation-id keeps what the client brought and makes what is missing") {
  Node node;
  World world(node, with("{name: correlation-id, config: {header_name: X-Cid, generator: uuid, echo_downstream: true}}"));
  Visit brought(world, "a");
  CHECK(brought.header("x-cid", "mine").send() == 0);
  CHECK(brought.got("X-Cid") == "mine");
  Visit made(world, "a");
  CHECK(made.send() == 0);
  CHECK(made.sent("X-Cid").size() == 36);
  CHECK(made.got("X-Cid") == made.sent("X-Cid"));
}

TEST_CASE("request-termination says that a text without a charset is UTF-8") {
  Node node;
  World world(node, "services:\n- name: a\n  url: http://up.test\n  routes:\n"
                    "  - {name: a, paths: [/a], plugins: [{name: request-termination, config: {content_type: text/html, body: x}}]}\n"
                    "  - {name: b, paths: [/b], plugins: [{name: request-termination, config: {content_type: text/html; charset=latin1, body: x}}]}\n"
                    "  - {name: c, paths: [/c], plugins: [{name: request-termination, config: {content_type: image/png, body: x}}]}\n");
  Visit bare(world, "a"), told(world, "b"), other(world, "c");
  bare.send(), told.send(), other.send();
  CHECK(bare.got("Content-Type") == "text/html; charset=UTF-8");
  CHECK(told.got("Content-Type") == "text/html; charset=latin1");
  CHECK(other.got("Content-Type") == "image/png");
}
