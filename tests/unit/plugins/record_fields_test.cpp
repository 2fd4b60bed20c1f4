#include "gateway/plugins/record_fields.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "gateway/observe/log.h"
#include "tests/unit/plugins/world.h"

using namespace plugins;
using nlohmann::json;

namespace {

std::string quoted(std::string_view text) { return json(text).dump(); }

std::string with_field(std::string_view name, std::string_view code) {
  return "services: [{name: s, host: up.test, routes: [{name: a, paths: [/a]}], plugins: [{name: file-log, config: "
         "{path: /tmp/x.log, "
         "custom_fields_by_lua: {" +
         quoted(name) + ": " + quoted(code) +
         "}}}]}]\n"
         "consumers: [{username: ann, custom_id: c1, keyauth_credentials: [{key: k1}]}]\n";
}

// The log entry of one request with one field.
struct Entry {
  Entry(std::string_view name, std::string_view code, script::Policy policy = {}, observe::Log* error_log = nullptr)
      : log(error_log),
        world(node, with_field(name, code), std::move(policy), error_log),
        visit(world, "a", "GET", "/a/b%20c?x=1&y&x=2&e=") {
    visit.header("X-One", "1").header("X-Two", "a").header("x-two", "b").header("Cookie", "k=v; c=d");
    Exchange& exchange = visit.exchange;
    exchange.path = "/a/b c";
    exchange.client.peer_ip = "10.9.9.9";
    exchange.client.port = 4711;
    exchange.origin = Origin::upstream;
    exchange.upstream_status = exchange.response.status = 201;
    exchange.response.headers.add("X-Answer", "yes");
    Try attempt;
    attempt.ip = "127.0.0.1";
    attempt.port = 9000;
    exchange.tries.push_back(attempt);
    exchange.entity_texts = &world.chains->entity_texts();
    exchange.consumer = &world.config->consumers[0];
    exchange.credential = &world.config->credentials.at("keyauth_credentials")[0];
    exchange.timings.started_ms = 1000;
    exchange.timings.finished_ms = 1234;
  }
  json written() {
    if (fields == nullptr) {
      Building building{*world.config, *world.credentials, node.counters, node.metrics, node.log_files, world.errors};
      building.scripts = &world.scripts;
      building.log = log;
      fields = std::make_unique<RecordFields>(world.config->plugins[0], building);
    }
    http::Out out;
    fields->write_record(visit.exchange, out);
    return json::parse(out.view());
  }

  Node node;
  observe::Log* log;
  World world;
  Visit visit;
  std::unique_ptr<RecordFields> fields;
};

// What a script's value is in the entry; "absent" when it is not there.
json value_of(std::string_view code, script::Policy policy = {}) {
  const json record = Entry("f", code, std::move(policy)).written();
  return record.contains("f") ? record["f"] : json("absent");
}

}  // namespace

TEST_CASE("a field has the value that its script returns") {
  CHECK(value_of("return 42") == 42);
  CHECK(value_of("return 1.5") == 1.5);
  CHECK(value_of("return 'a\"b\\n'") == "a\"b\n");
  CHECK(value_of("return true") == true);
  CHECK(value_of("return {1, 'b', {c = 3}}") == json::parse(R"([1,"b",{"c":3}])"));
  CHECK(value_of("return {a = {}, ['b'] = {[3] = 1}}") == json::parse(R"({"a":{},"b":[null,null,1]})"));
  CHECK(value_of("return {[1000] = 'x', y = 1}") == json::parse(R"({"1000":"x","y":1})"));
  CHECK(value_of("return '\\255'") == "\xef\xbf\xbd");
  CHECK(value_of("local x = 1") == "absent");
  CHECK(value_of("return nil") == "absent");
}

TEST_CASE("a field takes the place of a member, or removes it") {
  CHECK_FALSE(Entry("started_at", "return nil").written().contains("started_at"));
  CHECK_FALSE(Entry("route", "return nil").written().contains("route"));
  CHECK(Entry("request.method", "return 'CHANGED'").written()["request"]["method"] == "CHANGED");
  CHECK_FALSE(Entry("request.headers.x-one", "return nil").written()["request"]["headers"].contains("x-one"));
  CHECK_FALSE(Entry("none.of.these", "return nil").written().contains("none"));
}

TEST_CASE("a dot in a field's name leads into a member, one behind a backslash does not") {
  CHECK(Entry("a.b.c", "return 1").written()["a"] == json::parse(R"({"b":{"c":1}})"));
  CHECK(Entry("a\\.b.c", "return 1").written()["a.b"] == json::parse(R"({"c":1})"));
  CHECK(Entry("request.size.x", "return 1").written()["request"]["size"] == 0);
}

TEST_CASE("a script sees the request") {
  CHECK(value_of("return kong.request.get_method() .. kong.request.get_scheme() .. kong.request.get_host() .. "
                 "kong.request.get_port()") == "GEThttpgw.test8000");
  CHECK(value_of("return kong.request.get_path() .. '|' .. kong.request.get_raw_path() .. '|' .. "
                 "kong.request.get_path_with_query()") == "/a/b c|/a/b%20c|/a/b%20c?x=1&y&x=2&e=");
  CHECK(value_of("return kong.request.get_raw_query()") == "x=1&y&x=2&e=");
  CHECK(value_of("return kong.request.get_query()") == json::parse(R"({"x":["1","2"],"y":true,"e":""})"));
  CHECK(value_of("return {kong.request.get_query(1)}") == json::parse(R"([{"x":"1"},"truncated"])"));
  CHECK(value_of("return {kong.request.get_query_arg('x'), kong.request.get_query_arg('y'), "
                 "kong.request.get_query_arg('e')}") == json::parse(R"(["1",true,""])"));
  CHECK(value_of("return kong.request.get_query_arg('none')") == "absent");
  CHECK(value_of("return kong.request.get_header('X_ONE')") == "1");
  CHECK(value_of("return kong.request.get_header('host')") == "gw.test");
  CHECK(value_of("return kong.request.get_header('none')") == "absent");
  CHECK(value_of("return kong.request.get_headers()") ==
        json::parse(R"({"host":"gw.test","x-one":"1","x-two":["a","b"],"cookie":"k=v; c=d"})"));
  CHECK(value_of("return kong.request.get_http_version()") == 1.1);
  CHECK(value_of("return kong.request.get_forwarded_host() .. kong.request.get_forwarded_port() .. "
                 "kong.request.get_forwarded_scheme()") == "gw.test8000http");
  CHECK(value_of("local ok, why = pcall(kong.request.get_raw_body) return why") ==
        "function cannot be called in log phase (only in: rewrite, access, response, error, admin_api)");
  CHECK(value_of("local ok, why = pcall(kong.request.get_headers, 0) return why") == "max_headers must be >= 1");
  CHECK(value_of("local ok, why = pcall(kong.request.get_query, 1001) return why") == "max_args must be <= 1000");
  CHECK(value_of("local ok, why = pcall(kong.request.get_header) return why") == "header name must be a string");
}

TEST_CASE("a script believes forwarded values of trusted peers only") {
  for (const bool trusted : {false, true}) {
    Entry entry("f",
                "return kong.request.get_forwarded_host() .. kong.request.get_forwarded_port() .. "
                "kong.request.get_forwarded_scheme() .. "
                "kong.request.get_forwarded_path()");
    entry.visit.header("X-Forwarded-Host", "FWD.test:1")
        .header("X-Forwarded-Port", "99")
        .header("X-Forwarded-Proto", "https")
        .header("X-Forwarded-Path", "/fp");
    entry.visit.exchange.client.trusted = trusted;
    CHECK(entry.written()["f"] == (trusted ? "fwd.test99https/fp" : "gw.test8000http/a/b c"));
  }
}

TEST_CASE("a script sees the answer, the client and what was found for the request") {
  CHECK(
      value_of(
          "return kong.response.get_status() .. kong.response.get_header('x-answer') .. kong.response.get_source()") ==
      "201yesservice");
  CHECK(value_of("return kong.response.get_headers()") == json::parse(R"({"x-answer":"yes"})"));
  CHECK(value_of("return kong.service.response.get_status() .. kong.service.response.get_header('X-Answer')") ==
        "201yes");
  CHECK(value_of("return kong.client.get_ip() .. kong.client.get_forwarded_ip() .. kong.client.get_port()") ==
        "10.9.9.910.1.2.34711");
  CHECK(value_of("return kong.client.get_consumer().username .. kong.client.get_consumer().custom_id") == "annc1");
  CHECK(value_of("return kong.client.get_credential().id ~= nil and kong.client.get_credential().key == nil") == true);
  CHECK(value_of("return kong.router.get_route().paths[1] .. kong.router.get_service().host") == "/aup.test");
  CHECK(value_of("return kong.router.get_route().service.id == kong.router.get_service().id") == true);
  CHECK(value_of("return kong.version .. '|' .. kong.version_num") == "3.9.1|3009001");
  CHECK(value_of("return kong.log.serialize().request.method") == "GET");
}

TEST_CASE("a script knows ngx by its usual names") {
  CHECK(
      value_of("return ngx.var.request_method .. ngx.var.uri .. ngx.var.request_uri .. ngx.var.args .. ngx.var.host") ==
      "GET/a/b c/a/b%20c?x=1&y&x=2&e=x=1&y&x=2&e=gw.test");
  CHECK(value_of("return ngx.var.remote_addr .. ngx.var.status .. ngx.var.request_id .. ngx.var.http_x_one .. "
                 "ngx.var.request_time") == "10.1.2.32010123456789abcdef0123456789abcdef10.234");
  CHECK(value_of("return ngx.var.arg_x .. ngx.var.cookie_c .. ngx.var.sent_http_x_answer .. ngx.var.upstream_addr") ==
        "1dyes127.0.0.1:9000");
  CHECK(value_of("return ngx.var.none") == "absent");
  CHECK(value_of("return select(2, pcall(function() ngx.var.args = 'x' end))")
            .get<std::string>()
            .ends_with("variable not changeable"));
  CHECK(value_of("return ngx.encode_base64('hi?>') .. ngx.encode_base64('a', true) .. ngx.decode_base64('aGk=') .. "
                 "ngx.decode_base64('aGk')") == "aGk/Pg==YQhihi");
  CHECK(value_of("return ngx.decode_base64('!!')") == "absent");
  CHECK(value_of("return ngx.md5('a') .. ngx.encode_base64(ngx.sha1_bin('a')) .. ngx.encode_base64(ngx.hmac_sha1('k', "
                 "'d'))") ==
        "0cc175b9c0f1b6a831c399e269772661hvfkN/qlp/zhXR3cuerq6jd2Z7g=K5DkHnwMyOL3XAKRDDiZzEaLoxY=");
  CHECK(value_of("return ngx.escape_uri('a b/é&') .. ngx.unescape_uri('a%20b+c') .. ngx.http_time(0)") ==
        "a%20b%2F%C3%A9%26a b cThu, 01 Jan 1970 00:00:00 GMT");
  CHECK(value_of("return type(ngx.now()) .. type(ngx.time()) .. #ngx.today() .. #ngx.localtime() .. ngx.get_phase() .. "
                 "ngx.ERR") == "numbernumber1019log4");
  CHECK(value_of("return {a = ngx.null}") == json::parse(R"({"a":null})"));
  CHECK(value_of("return ngx.req.get_headers()['x-one'] .. ngx.req.get_uri_args().e .. ngx.req.get_method()") ==
        "1GET");
}

TEST_CASE("scripts of one request share a table, those of the next one do not see it") {
  const char* code =
      "local s = kong.ctx.shared s.n = (s.n or 0) + 1 ngx.ctx.m = (ngx.ctx.m or 0) + 10 return s.n + ngx.ctx.m";
  Entry entry("f", code);
  CHECK(entry.written()["f"] == 11);
  CHECK(entry.written()["f"] == 22);
  entry.visit.exchange.request_id = "another";
  CHECK(entry.written()["f"] == 11);
  CHECK(value_of("return select(2, pcall(function() kong.ctx.shared = 5 end))")
            .get<std::string>()
            .find("only kong.ctx.shared") != std::string::npos);
}

TEST_CASE("modules are there when a setting names them") {
  script::Policy policy;
  policy.modules = {"cjson", "cjson.safe", "kong.meta", "bit"};
  CHECK(value_of("return require('cjson').encode({a = {1, 2}})", policy) == "{\"a\":[1,2]}");
  CHECK(value_of("return require('cjson').decode('{\"a\":[1,{\"b\":null}]}')", policy) ==
        json::parse(R"({"a":[1,{"b":null}]})"));
  CHECK(value_of("return require('cjson.safe').decode('{')", policy) == "absent");
  CHECK(value_of("return require('kong.meta')._VERSION .. require('bit').band(7, 3)", policy) == "3.9.13");
  CHECK(value_of("return require('cjson')") == "absent");
}

TEST_CASE("a script that fails leaves the entry without its field, and says why once a second") {
  const std::string path = "/tmp/record-fields-test-" + std::to_string(getpid());
  const auto told = [&path] {
    std::ifstream file(path);
    std::string text((std::istreambuf_iterator<char>(file)), {});
    unlink(path.c_str());
    return text;
  };
  for (const char* code :
       {"error('broken')", "return nofunction()", "return {a = pcall}", "return function() end",
        "local t = {} t.t = t return t", "return 0/0", "while true do end", "return ('x'):rep(1e9)",
        "return ('x'):rep(2e6)", "return require('cjson')", "local t = {} for i = 1, 30 do t = {t, t} end return t"}) {
    observe::Log log(path);
    Entry entry("f", code, {}, &log);
    const json record = entry.written();
    CHECK_MESSAGE(!record.contains("f"), std::string(code));
    CHECK(record["request"]["method"] == "GET");
    CHECK_MESSAGE(told().find("file-log: ") != std::string::npos, std::string(code));
  }
  observe::Log log(path);
  Entry entry("request.size.x", "return 1", {}, &log);
  entry.written();
  entry.written();
  const std::string line = told();
  CHECK(std::ranges::count(line, '\n') == 1);
  CHECK(line.find("custom_fields_by_lua.request.size.x") != std::string::npos);
  CHECK(line.find("a part of its name belongs to a value that has no members") != std::string::npos);
}

TEST_CASE("a script writes to the error log") {
  const std::string path = "/tmp/record-fields-log-test-" + std::to_string(getpid());
  observe::Log log(path);
  Entry entry("f",
              "kong.log.err('a', 1, true, nil, {}) kong.log('called') kong.log.debug('too low') ngx.log(ngx.WARN, "
              "'from ngx') return 1",
              {}, &log);
  CHECK(entry.written()["f"] == 1);
  std::ifstream file(path);
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  unlink(path.c_str());
  for (const char* expected :
       {"[error]", "[file-log] a1truenil", "[notice]", "[file-log] called", "[warn]", "[file-log] from ngx"})
    CHECK_MESSAGE(text.find(expected) != std::string::npos, text);
  CHECK(text.find("too low") == std::string::npos);
}

TEST_CASE("fields are refused by name when Lua is switched off") {
  Node node;
  script::Policy policy;
  policy.trust = script::Trust::off;
  const World world(node, with_field("f", "return 1"), policy);
  REQUIRE(world.errors.size() == 1);
  CHECK(world.errors[0] ==
        "plugins[0].config.custom_fields_by_lua.f: Error parsing function: loading of untrusted Lua code disabled "
        "because "
        "'untrusted_lua' config option is set to 'off'");
}
