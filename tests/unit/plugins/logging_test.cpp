#include <unistd.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "gateway/plugins/access_record.h"
#include "gateway/plugins/entity_texts.h"
#include "gateway/plugins/json_text.h"
#include "world.h"

using namespace plugins;

namespace {

std::string with(std::string_view plugins) {
  return "services:\n- name: a\n  url: http://up.test:9000\n  routes: [{name: a, paths: [/a]}]\n  plugins: [" + std::string(plugins) +
         "]\nconsumers:\n- {username: alice, keyauth_credentials: [{key: alice-key}]}\n";
}

void proxied(Exchange& exchange) {
  exchange.timings = {1'750'000'000'000, 100, 103, 120, 125};
  exchange.tries.push_back({"10.0.0.1", 9000, "", 0, 1'750'000'000'003, 1500});
  exchange.upstream_status = 200;
  exchange.request_bytes = 94;
  exchange.response_bytes = 258;
}

}  // namespace

TEST_CASE("what is kept of an entity for log lines is what the entity is, for every thread that asks") {
  Node node;
  World world(node, with("{name: key-auth}"));
  const EntityTexts texts(*world.config);
  for (const schema::Route& route : world.config->routes) {
    std::string text;
    append_json(text, *route.entity, workspace_id);
    CHECK(texts.of(route) == text);
    CHECK(texts.of(route).data() == texts.of(route).data());
  }
  for (const schema::Consumer& consumer : world.config->consumers) CHECK(texts.of(consumer).find("ws_id") == std::string_view::npos);
}

TEST_CASE("JSON text is escaped wherever the octets that need it stand") {
  for (size_t length = 0; length < 20; ++length) {
    for (size_t at = 0; at < length; ++at) {
      for (const std::string_view odd : {"\"", "\\", "\n", "\x7f", "\x01", "\xc3\xa4", "\xff"}) {
        std::string plain(length, 'x');
        plain.replace(at, 1, odd);
        std::string out;
        append_json_text(out, plain);
        const std::string expected = odd == "\xff" ? plain.replace(at, 1, "\xef\xbf\xbd") : plain;
        CHECK(nlohmann::json::parse(out) == expected);
      }
    }
  }
}

TEST_CASE("an access record holds the request, its answer and the entities, without secrets") {
  Node node;
  World world(node, with("{name: key-auth}"));
  Visit visit(world, "a", "GET", "/a/x?a=b&a=c&flag&apikey=alice-key");
  visit.header("Authorization", "Bearer t").header("X-Odd", "\xff\"\n").header("X-Two", "1").header("x-two", "2");
  CHECK(visit.send() == 0);
  proxied(visit.exchange);
  http::Out out;
  write_access_record(visit.exchange, out);
  const std::string line(out.view());
  CHECK(line.find("alice-key") == std::string::npos);
  auto record = nlohmann::json::parse(line);
  CHECK(record["request"]["headers"]["authorization"] == "REDACTED");
  CHECK(record["request"]["headers"]["x-odd"] == "\xef\xbf\xbd\"\n");
  CHECK(record["request"]["headers"]["x-two"] == nlohmann::json::array({"1", "2"}));
  CHECK(record["request"]["uri"] == "/a/x?a=b&a=c&flag&apikey=REDACTED");
  CHECK(record["request"]["url"] == "http://gw.test:8000/a/x?a=b&a=c&flag&apikey=REDACTED");
  CHECK(record["request"]["querystring"]["a"] == nlohmann::json::array({"b", "c"}));
  CHECK(record["request"]["querystring"]["flag"] == true);
  CHECK(record["request"]["querystring"]["apikey"] == "REDACTED");
  CHECK(record["latencies"] == nlohmann::json({{"kong", 3}, {"proxy", 17}, {"request", 25}, {"receive", 5}}));
  CHECK(record["upstream_status"] == "200");
  CHECK(record["source"] == "upstream");
  CHECK(record["tries"][0]["balancer_latency_ns"] == 1'500'000);
  CHECK(record["consumer"]["username"] == "alice");
  CHECK(record["service"]["port"] == 9000);
  CHECK(record["route"]["paths"][0] == "/a");
  CHECK(record["route"]["service"]["id"] == record["service"]["id"]);
}

TEST_CASE("file-log appends one line for each request") {
  Node node;
  std::string path = "/tmp/file-log-test-" + std::to_string(getpid());
  World world(node, with("{name: file-log, config: {path: " + path + ", reopen: true}}"));
  for (int i = 0; i < 3; ++i) {
    Visit visit(world, "a");
    CHECK(visit.send() == 0);
    visit.run.finish(visit.exchange);
  }
  node.log_files.flush();
  std::ifstream file(path);
  std::string line;
  int lines = 0;
  while (std::getline(file, line)) {
    ++lines;
    CHECK(nlohmann::json::accept(line));
  }
  CHECK(lines == 3);
  unlink(path.c_str());
}

TEST_CASE("prometheus counts by service, route, code and consumer") {
  Node node;
  World world(node, with("{name: key-auth}, {name: prometheus, config: {status_code_metrics: true, latency_metrics: true, bandwidth_metrics: "
                         "true, per_consumer: true}}"));
  for (int i = 0; i < 2; ++i) {
    Visit visit(world, "a");
    visit.header("apikey", "alice-key").send();
    proxied(visit.exchange);
    visit.run.finish(visit.exchange);
  }
  Visit refused(world, "a");
  refused.send();
  refused.run.finish(refused.exchange);
  std::string text = node.metrics.text();
  auto has = [&text](std::string_view line) { return text.find(std::string(line) + '\n') != std::string::npos; };
  CHECK(has(R"(kong_http_requests_total{service="a",route="a",code="200",source="service",workspace="default",consumer="alice"} 2)"));
  CHECK(has(R"(kong_http_requests_total{service="a",route="a",code="401",source="kong",workspace="default",consumer=""} 1)"));
  CHECK(has(R"(kong_bandwidth_bytes{service="a",route="a",direction="ingress",workspace="default",consumer="alice"} 188)"));
  CHECK(has(R"(kong_kong_latency_ms_bucket{service="a",route="a",workspace="default",le="5"} 3)"));
  CHECK(has(R"(kong_upstream_latency_ms_sum{service="a",route="a",workspace="default"} 34)"));
}

TEST_CASE("prometheus counts nothing per request until it is asked to") {
  Node node;
  World world(node, with("{name: prometheus}"));
  Visit visit(world, "a");
  visit.send();
  visit.run.finish(visit.exchange);
  CHECK(node.metrics.text().find("{service=") == std::string::npos);
}
