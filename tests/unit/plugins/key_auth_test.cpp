#include "world.h"

using namespace plugins;

namespace {

std::string with(std::string_view settings) {
  return R"(
services:
- name: a
  url: http://up.test
  routes: [{name: a, paths: [/a]}]
  plugins: [{name: key-auth, config: )" +
         std::string(settings) + R"(}]
consumers:
- {username: alice, custom_id: c-alice, keyauth_credentials: [{key: alice-key}]}
- {username: bob, keyauth_credentials: [{key: bob-key}]}
- {username: anon}
)";
}

}  // namespace

TEST_CASE("key-auth refuses a missing, an unknown and a doubled key") {
  Node node;
  World world(node, with("{}"));
  Visit missing(world, "a");
  CHECK(missing.send() == 401);
  CHECK(missing.got("WWW-Authenticate") == "Key");
  CHECK(missing.exchange.own_body.find("No API key found in request") != std::string_view::npos);
  Visit unknown(world, "a");
  CHECK(unknown.header("apikey", "nope").send() == 401);
  CHECK(unknown.exchange.own_body.find("\"Unauthorized\"") != std::string_view::npos);
  Visit doubled(world, "a");
  CHECK(doubled.header("apikey", "alice-key").header("apikey", "bob-key").send() == 401);
  CHECK(doubled.exchange.own_body.find("Duplicate API key found") != std::string_view::npos);
  Visit empty(world, "a");
  CHECK(empty.header("apikey", "").send() == 401);
}

TEST_CASE("key-auth tells the upstream who calls and drops what the client claims") {
  Node node;
  World world(node, with("{}"));
  Visit visit(world, "a");
  visit.header("X-Consumer-Username", "root").header("X-Anonymous-Consumer", "true").header("X-Consumer-Groups", "admins");
  CHECK(visit.header("APIKEY", "bob-key").send() == 0);
  CHECK(visit.sent("X-Consumer-Username") == "bob");
  CHECK(visit.sent("X-Consumer-ID") == visit.exchange.consumer->id);
  CHECK(visit.sent("X-Credential-Identifier") == visit.exchange.credential->id);
  CHECK_FALSE(visit.exchange.request.headers.has("X-Consumer-Custom-ID"));
  CHECK_FALSE(visit.exchange.request.headers.has("X-Anonymous-Consumer"));
  CHECK_FALSE(visit.exchange.request.headers.has("X-Consumer-Groups"));
}

TEST_CASE("key-auth finds the key in the query, names are case-sensitive there") {
  Node node;
  World world(node, with("{key_in_header: false, key_names: [k]}"));
  Visit query(world, "a", "GET", "/a?x=1&k=alice%2Dkey");
  CHECK(query.send() == 0);
  Visit upper(world, "a", "GET", "/a?K=alice-key");
  CHECK(upper.send() == 401);
  Visit header(world, "a");
  CHECK(header.header("k", "alice-key").send() == 401);
}

TEST_CASE("key-auth hides the key and leaves every other octet alone") {
  Node node;
  World world(node, with("{hide_credentials: true, key_in_body: true, key_names: [apikey, x-key]}"));
  Visit query(world, "a", "GET", "/a?z=1+%20&apikey=bob-key&y");
  CHECK(query.send() == 0);
  CHECK(query.exchange.query == "z=1+%20&y");
  Visit header(world, "a");
  CHECK(header.header("X-Key", "alice-key").send() == 0);
  CHECK_FALSE(header.exchange.request.headers.has("X-Key"));
  Visit form(world, "a", "POST");
  CHECK(form.with_body("application/x-www-form-urlencoded", "apikey=alice-key&k=v+%41").send() == 0);
  CHECK(form.body.replaced == "k=v+%41");
  Visit json(world, "a", "POST");
  CHECK(json.with_body("application/json", R"({"apikey":"alice-key","k":12345678901234567890})").send() == 0);
  CHECK(json.body.replaced == R"({"k":12345678901234567890})");
  Visit multipart(world, "a", "POST");
  multipart.with_body("multipart/form-data; boundary=B", "--B\r\nContent-Disposition: form-data; name=\"apikey\"\r\n\r\nalice-key\r\n--B--\r\n");
  CHECK(multipart.send() == 0);
  CHECK(multipart.body.replaced == "--B--\r\n");
  Visit broken(world, "a", "POST");
  CHECK(broken.with_body("application/json", "not json").send() == 401);
}

TEST_CASE("key-auth lets the anonymous consumer in and marks it") {
  Node node;
  World world(node, with("{anonymous: anon}"));
  Visit visit(world, "a");
  CHECK(visit.send() == 0);
  CHECK(visit.sent("X-Consumer-Username") == "anon");
  CHECK(visit.sent("X-Anonymous-Consumer") == "true");
  CHECK_FALSE(visit.exchange.authenticated);
}

TEST_CASE("an anonymous consumer that does not exist fails the load") {
  Node node;
  World world(node, with("{anonymous: 3d1a3a31-0000-4000-8000-000000000000}"));
  REQUIRE(world.errors.size() == 1);
  CHECK(world.errors[0].find("config.anonymous") != std::string::npos);
}

TEST_CASE("key-auth lets preflight requests pass when it shall not run on them, and names its realm") {
  Node node;
  World world(node, with("{run_on_preflight: false, realm: \"my \\\"api\\\"\"}"));
  Visit options(world, "a", "OPTIONS");
  CHECK(options.send() == 0);
  Visit get(world, "a");
  CHECK(get.send() == 401);
  CHECK(get.got("WWW-Authenticate") == "Key realm=\"my \\\"api\\\"\"");
}
