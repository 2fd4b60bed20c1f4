// What each setting does that no other test of its plugin shows.

#include "world.h"

using namespace plugins;

namespace {

std::string with(std::string_view name, std::string_view settings) {
  return "services:\n- {name: a, url: \"http://up.test\", routes: [{name: a, paths: [/a]}]}\n"
         "consumers:\n- {username: alice, custom_id: c1, keyauth_credentials: [{key: k1}], acls: [{group: staff}, {group: ops}]}\n"
         "plugins:\n- {name: " + std::string(name) + ", config: " + std::string(settings) + "}\n";
}

}  // namespace

TEST_CASE("key-auth looks only where it is told to") {
  Node node;
  World nowhere(node, with("key-auth", "{key_in_header: false, key_in_query: false, key_in_body: true, key_names: [k]}"));
  CHECK(Visit(nowhere, "a").header("k", "k1").send() == 401);
  CHECK(Visit(nowhere, "a", "GET", "/?k=k1").send() == 401);
  Visit form(nowhere, "a", "POST");
  CHECK(form.with_body("application/x-www-form-urlencoded", "k=k1").send() == 0);
  World header(node, with("key-auth", "{key_in_query: false}"));
  CHECK(Visit(header, "a", "GET", "/?apikey=k1").send() == 401);
  CHECK(Visit(header, "a").header("apikey", "k1").send() == 0);
}

TEST_CASE("key-auth names its realm in a well-formed challenge") {
  Node node;
  World world(node, with("key-auth", "{realm: 'a \"b\"'}"));
  Visit visit(world, "a");
  CHECK(visit.send() == 401);
  CHECK(visit.got("WWW-Authenticate") == "Key realm=\"a \\\"b\\\"\"");
}

TEST_CASE("acl tells the groups unless it shall hide them, and never the client's own") {
  Node node;
  World told(node, with("acl", "{allow: [staff]}") + "- {name: key-auth}\n");
  Visit known(told, "a");
  CHECK(known.header("apikey", "k1").header("X-Consumer-Groups", "root").send() == 0);
  CHECK(known.sent("X-Consumer-Groups") == "staff, ops");
  World hidden(node, with("acl", "{deny: [other], hide_groups_header: true}") + "- {name: key-auth}\n");
  Visit unseen(hidden, "a");
  CHECK(unseen.header("apikey", "k1").header("X-Consumer-Groups", "root").send() == 0);
  CHECK_FALSE(unseen.exchange.request.headers.has("X-Consumer-Groups"));
}

TEST_CASE("acl prefers the groups that were authenticated when it is told to") {
  Node node;
  for (bool always : {false, true}) {
    World world(node, with("acl", std::string("{allow: [staff], always_use_authenticated_groups: ") + (always ? "true}" : "false}")) + "- {name: key-auth}\n");
    Visit visit(world, "a");
    visit.exchange.authenticated_groups = {"guests"};
    CHECK(visit.header("apikey", "k1").send() == (always ? 403 : 0));
  }
}

TEST_CASE("ip-restriction refuses with its own status and message") {
  Node node;
  World world(node, with("ip-restriction", "{deny: ['10.0.0.0/8'], status: 451, message: not here}"));
  Visit visit(world, "a");
  CHECK(visit.send() == 451);
  CHECK(visit.exchange.own_body.find("\"not here\"") != std::string_view::npos);
}

TEST_CASE("rate-limiting counts by header, path, service and credential, and refuses in its own words") {
  Node node;
  World header(node, with("rate-limiting", "{minute: 1, limit_by: header, header_name: x-who, error_code: 430, error_message: slow down}"));
  CHECK(Visit(header, "a").header("X-Who", "1").send() == 0);
  CHECK(Visit(header, "a").header("X-Who", "2").send() == 0);
  Visit again(header, "a");
  CHECK(again.header("X-Who", "1").send() == 430);
  CHECK(again.exchange.own_body.find("slow down") != std::string_view::npos);
  CHECK(again.got("Retry-After") == again.got("RateLimit-Reset"));

  Node other;
  World path(other, with("rate-limiting", "{minute: 1, limit_by: path, path: /one}"));
  CHECK(Visit(path, "a", "GET", "/one").send() == 0);
  CHECK(Visit(path, "a", "GET", "/one").send() == 429);
  CHECK(Visit(path, "a", "GET", "/two").send() == 0);

  Node third;
  World service(third, with("rate-limiting", "{minute: 1, limit_by: service}"));
  Visit first(service, "a"), second(service, "a");
  second.exchange.client.ip = "10.9.9.9";
  CHECK(first.send() == 0);
  CHECK(second.send() == 429);

  Node fourth;
  World credential(fourth, with("rate-limiting", "{minute: 1, limit_by: credential}") + "- {name: key-auth}\n");
  Visit one(credential, "a"), two(credential, "a");
  two.exchange.client.ip = "10.9.9.9";
  CHECK(one.header("apikey", "k1").send() == 0);
  CHECK(two.header("apikey", "k1").send() == 429);
}

TEST_CASE("cors hands preflight requests on when it shall, and says what it is set to say") {
  Node node;
  World onward(node, with("cors", "{preflight_continue: true}"));
  Visit preflight(onward, "a", "OPTIONS");
  CHECK(preflight.header("Origin", "https://a.test").header("Access-Control-Request-Method", "GET").send() == 0);
  World set(node, with("cors", "{methods: [GET, PUT], headers: [x-a, x-b], exposed_headers: [x-c, x-d], allow_origin_absent: false}"));
  Visit asked(set, "a", "OPTIONS");
  CHECK(asked.header("Origin", "https://a.test").header("Access-Control-Request-Method", "GET").send() == 200);
  CHECK(asked.got("Access-Control-Allow-Methods") == "GET,PUT");
  CHECK(asked.got("Access-Control-Allow-Headers") == "x-a,x-b");
  Visit plain(set, "a");
  CHECK(plain.header("Origin", "https://a.test").send() == 0);
  CHECK(plain.got("Access-Control-Expose-Headers") == "x-c,x-d");
  Visit nameless(set, "a");
  CHECK(nameless.send() == 0);
  CHECK_FALSE(nameless.exchange.response.headers.has("Access-Control-Allow-Origin"));
}

TEST_CASE("cors adds Origin to the Vary of an answer and keeps what is there") {
  Node node;
  World world(node, with("cors", "{origins: ['https://a.test', 'https://b.test']}"));
  Visit visit(world, "a");
  visit.exchange.reply_headers.add("Vary", "Accept-Encoding");
  CHECK(visit.header("Origin", "https://a.test").send() == 0);
  std::string all;
  for (const http::Header& header : visit.exchange.response.headers.all())
    if (header.id == http::Name::vary) all += std::string(header.value) + ";";
  CHECK(all == "Accept-Encoding;Origin;");
}

TEST_CASE("correlation-id counts, or describes the connection") {
  Node node;
  World counter(node, with("correlation-id", "{generator: 'uuid#counter'}"));
  Visit first(counter, "a"), second(counter, "a");
  first.send(), second.send();
  CHECK(first.sent("Kong-Request-ID").ends_with("#1"));
  CHECK(second.sent("Kong-Request-ID").ends_with("#2"));
  CHECK_FALSE(first.exchange.response.headers.has("Kong-Request-ID"));
  World tracker(node, with("correlation-id", "{generator: tracker}"));
  Visit tracked(tracker, "a");
  tracked.exchange.client.server_ip = "192.0.2.1";
  tracked.send();
  CHECK(tracked.sent("Kong-Request-ID").starts_with("192.0.2.1-8000-"));
}

TEST_CASE("plugins run by priority, whatever order the file has") {
  Node node;
  World world(node, with("request-termination", "{status_code: 200, message: end}") +
                        "- {name: request-transformer, config: {add: {headers: ['x-t:1']}}}\n- {name: rate-limiting, config: {minute: 5}}\n"
                        "- {name: acl, config: {allow: [staff]}}\n- {name: ip-restriction, config: {deny: [10.9.9.9]}}\n- {name: key-auth}\n"
                        "- {name: cors, config: {origins: ['https://a.test']}}\n- {name: correlation-id, config: {echo_downstream: true}}\n");
  Visit preflight(world, "a", "OPTIONS");
  CHECK(preflight.header("Origin", "https://a.test").header("Access-Control-Request-Method", "GET").send() == 200);
  CHECK(preflight.exchange.own_body.empty());
  CHECK(preflight.exchange.response.headers.has("Kong-Request-ID"));
  Visit nobody(world, "a");
  nobody.exchange.client.ip = "10.9.9.9";
  CHECK(nobody.header("apikey", "wrong").send() == 401);
  CHECK(nobody.got("Access-Control-Allow-Origin") == "https://a.test");
  Visit banned(world, "a");
  banned.exchange.client.ip = "10.9.9.9";
  CHECK(banned.header("apikey", "k1").send() == 403);
  CHECK_FALSE(banned.exchange.request.headers.has("X-Consumer-Groups"));
  Visit passes(world, "a");
  CHECK(passes.header("apikey", "k1").send() == 200);
  CHECK(passes.exchange.own_body == R"({"message":"end"})");
  CHECK(passes.sent("x-t") == "1");
  CHECK(passes.sent("X-Consumer-Groups") == "staff, ops");
}
