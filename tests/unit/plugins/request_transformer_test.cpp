#include "world.h"

using namespace plugins;

namespace {

std::string with(std::string_view settings) {
  return "services:\n- name: a\n  url: http://up.test\n  routes: [{name: a, paths: [/a]}]\n  plugins: [{name: request-transformer, config: " +
         std::string(settings) + "}]\n";
}

}  // namespace

TEST_CASE("request-transformer removes, renames, replaces, adds and appends headers in this order") {
  Node node;
  World world(node, with(R"yml({remove: {headers: [x-r]}, rename: {headers: ["x-old:x-named"]}, replace: {headers: ["x-named:replaced", "x-p:p2",
    "host:rep.test"]}, add: {headers: ["x-named:added", "x-r:back", "x-colon:a:b", "x-empty:"]}, append: {headers: ["x-named:appended"]}})yml"));
  Visit visit(world, "a");
  CHECK(visit.header("X-R", "1").header("X-Old", "2").header("X-P", "3").send() == 0);
  CHECK(visit.sent("x-named") == "replaced");
  CHECK(visit.exchange.request.headers.all().back().value == "appended");
  CHECK(visit.sent("x-p") == "p2");
  CHECK(visit.sent("x-r") == "back");
  CHECK(visit.sent("x-colon") == "a:b");
  CHECK_FALSE(visit.exchange.request.headers.has("x-empty"));
  CHECK_FALSE(visit.exchange.request.headers.has("x-old"));
  CHECK(visit.exchange.upstream_host == "rep.test");
}

TEST_CASE("request-transformer leaves the octets of untouched query parameters alone") {
  Node node;
  World world(node, with(R"yml({remove: {querystring: [q1]}, rename: {querystring: ["q2:q9"]}, replace: {querystring: ["q3:new", "q8:no"]},
    add: {querystring: ["q4:added", "q5:a b"]}, append: {querystring: ["q6:more"]}})yml"));
  Visit visit(world, "a", "GET", "/?q1=1&q2=2&z=+%2f&q3=3&q4=4&q6=6&bare");
  CHECK(visit.send() == 0);
  CHECK(visit.exchange.query == "q9=2&z=+%2f&q3=new&q4=4&q6=6&bare&q5=a%20b&q6=more");
  World remover(node, with("{remove: {querystring: [a]}}"));
  Visit emptied(remover, "a", "GET", "/?a=1");
  CHECK(emptied.send() == 0);
  CHECK_FALSE(emptied.exchange.has_query);
}

TEST_CASE("request-transformer changes bodies and keeps the text of other members") {
  Node node;
  World world(node, with(R"yml({remove: {body: [r]}, rename: {body: ["old:new"]}, replace: {body: ["p:replaced", "nope:x"]},
    add: {body: ["a:added", "have:no"]}, append: {body: ["ap:more", "ap2:first"]}})yml"));
  Visit json(world, "a", "POST");
  CHECK(json.with_body("application/json", R"({"r":1,"old":12345678901234567890,"p":3,"have":[],"ap":"x"})").send() == 0);
  CHECK(json.body.replaced == R"({"new":12345678901234567890,"p":"replaced","have":[],"ap":["x","more"],"a":"added","ap2":["first"]})");
  Visit empty(world, "a", "POST");
  CHECK(empty.with_body("application/json", "").send() == 0);
  CHECK(empty.body.replaced == R"({"a":"added","have":"no","ap":["more"],"ap2":["first"]})");
  Visit form(world, "a", "POST");
  CHECK(form.with_body("application/x-www-form-urlencoded", "r=1&old=2&p=3&have=4&ap=x").send() == 0);
  CHECK(form.body.replaced == "new=2&p=replaced&have=4&ap=x&a=added&ap=more&ap2=first");
  Visit text(world, "a", "POST");
  CHECK(text.with_body("text/plain", "plain").send() == 0);
  CHECK(text.body.replaced.empty());
  Visit list(world, "a", "POST");
  CHECK(list.with_body("application/json", "[1,2]").send() == 0);
  CHECK(list.body.replaced.empty());
}

TEST_CASE("request-transformer fills in templates") {
  Node node;
  World world(node, with(R"yml({replace: {uri: "/n/$(query_params.q)"}, http_method: PUT, add: {headers: ["x-h:$(headers['x-foo'])",
    "x-miss:[$(headers.nope or 'dflt')]", "x-q:$(query_params.q)"], querystring: ["h:$(headers.x_foo .. '!')"]}})yml"));
  Visit visit(world, "a", "GET", "/?q=a%0D%0Ab");
  CHECK(visit.header("X-Foo", "b&c").send() == 0);
  CHECK(visit.exchange.request.method == "PUT");
  CHECK(visit.exchange.upstream_path == "/n/a%0D%0Ab");
  CHECK(visit.sent("x-h") == "b&c");
  CHECK(visit.sent("x-miss") == "[dflt]");
  CHECK(visit.sent("x-q") == "a%0D%0Ab");
  CHECK(visit.exchange.query == "q=a%0D%0Ab&h=b%26c%21");
}

TEST_CASE("an expression that cannot be understood fails the load") {
  Node node;
  World world(node, with(R"yml({add: {headers: ["x-e:$(nil + os.time())"]}})yml"));
  REQUIRE(world.errors.size() == 1);
  CHECK(world.errors[0].find("config.add.headers") != std::string::npos);
}

TEST_CASE("templates know the captures of the route's regex") {
  Node node;
  World world(node, with(R"yml({replace: {uri: "/n/$(uri_captures['num'])/$(uri_captures.word)"}, add: {headers: ["x-cap:$(uri_captures[1])-$(uri_captures[2])"]}})yml"));
  Visit visit(world, "a");
  std::string error;
  const auto regex = schema::Regex::compile("/re/(?<word>[a-z]+)/(?<num>[0-9]+)", error);
  visit.exchange.match.path_match.regex = regex.get();
  visit.exchange.match.path = "/re/abc/12";
  CHECK(visit.send() == 0);
  CHECK(visit.exchange.upstream_path == "/n/12/abc");
  CHECK(visit.sent("x-cap") == "abc-12");
}

TEST_CASE("request-transformer looks values up in the request as it came, whatever it removes") {
  Node node;
  World world(node, with(R"yml({remove: {headers: [x-a], querystring: [q]}, add: {headers: ["x-b:$(headers.x_a)-$(query_params.q)"]}})yml"));
  Visit visit(world, "a", "GET", "/?q=2");
  CHECK(visit.header("X-A", "1").send() == 0);
  CHECK(visit.sent("X-B") == "1-2");
  CHECK_FALSE(visit.exchange.request.headers.has("X-A"));
  CHECK(visit.exchange.query.empty());
}

TEST_CASE("request-transformer answers 500 when nil is concatenated, and changes nothing") {
  Node node;
  World world(node, with(R"yml({remove: {headers: [x-a]}, add: {headers: ["x-e:$(headers.nope .. '1')"]}})yml"));
  Visit visit(world, "a");
  CHECK(visit.header("X-A", "1").send() == 500);
  CHECK(visit.exchange.own_body.find("An unexpected error occurred") != std::string_view::npos);
  CHECK(visit.sent("X-A") == "1");
}

TEST_CASE("request-transformer appends nothing to multipart bodies") {
  Node node;
  World world(node, with("{append: {body: ['a:1']}}"));
  Visit visit(world, "a", "POST");
  CHECK(visit.with_body("multipart/form-data; boundary=B", "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nv\r\n--B--\r\n").send() == 0);
  CHECK(visit.body.replaced.empty());
}

TEST_CASE("request-transformer asks in the query for a form whose method becomes GET") {
  Node node;
  World world(node, with("{http_method: GET, add: {querystring: ['z:3']}}"));
  Visit visit(world, "a", "POST", "/?q=0");
  CHECK(visit.with_body("application/x-www-form-urlencoded", "a=1&b=%20").send() == 0);
  CHECK(visit.exchange.request.method == "GET");
  CHECK(visit.exchange.query == "q=0&a=1&b=%20&z=3");
  Visit json(world, "a", "POST", "/?q=0");
  CHECK(json.with_body("application/json", "{\"a\":1}").send() == 0);
  CHECK(json.exchange.query == "q=0&z=3");
}

TEST_CASE("what looks like an expression and never closes is text") {
  Node node;
  World world(node, with("{replace: {uri: '/$(bad'}, add: {headers: ['x-a:$(headers.host) $(headers.host']}}"));
  CHECK(world.errors.empty());
  Visit visit(world, "a");
  CHECK(visit.send() == 0);
  CHECK(visit.exchange.upstream_path == "/$(bad");
  CHECK(visit.sent("x-a") == "gw.test $(headers.host");
}
