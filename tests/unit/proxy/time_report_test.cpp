// Where a request's time went is told to those who may know, and to nobody else.

#include "gateway/proxy/time_report.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "tests/unit/proxy/memory_node.h"

namespace {

using nlohmann::json;

constexpr std::string_view services = R"(
services:
- name: one
  url: "http://10.0.0.1:80"
  routes:
  - {paths: [/]}
  - {paths: [/own], plugins: [{name: request-termination, config: {status_code: 403}}]}
plugins:
- {name: correlation-id, config: {header_name: X-Id}}
)";

proxy::Options with_token(std::string token) {
  proxy::Options options;
  options.request_debug_token = std::move(token);
  return options;
}

struct Asking : proxy::MemoryNode {
  explicit Asking(proxy::Options settings = {}, std::string from = "127.0.0.1") : MemoryNode(std::move(settings)) {
    peer_ip = std::move(from);
    REQUIRE(load(std::string(services)));
  }
  // The answer's head; `sent` is what the upstream got.
  std::string ask(std::string_view fields, std::string_view path = "/a") {
    auto client = connect();
    client->put("GET " + std::string(path) + " HTTP/1.1\r\nHost: gw\r\n" + std::string(fields) + "\r\n");
    run();
    if (connector.accepted.empty()) return client->take();
    clock.advance(30);
    auto& peer = upstream(connector.accepted.size() - 1);
    sent = peer.take();
    peer.put("HTTP/1.1 204 No Content\r\n\r\n");
    run();
    return client->take();
  }
  std::string sent;
};

constexpr std::string_view name = "X-Kong-Request-Debug-Output: ";

bool is_told(const std::string& answer) { return answer.find(name) != std::string::npos; }

json report_of(const std::string& answer) {
  const size_t at = answer.find(name);
  REQUIRE(at != std::string::npos);
  return json::parse(answer.substr(at + name.size(), answer.find("\r\n", at) - at - name.size()));
}

}  // namespace

TEST_CASE("a client on this machine is told where the time went") {
  Asking node;
  const json report = report_of(node.ask("X-Kong-Request-Debug: *\r\n"));
  CHECK(report["request_id"].get<std::string>().size() == 32);
  const json& phases = report["child"];
  CHECK(phases["access"]["child"].contains("router"));
  CHECK(phases["access"]["child"]["plugins"]["child"]["correlation-id"]["child"].size() == 1);
  CHECK(phases["balancer"]["child"]["connect"]["child"].contains("10.0.0.1:80"));
  CHECK(phases["upstream"]["child"]["time_to_first_byte"]["total_time"] == 30.0);
  CHECK(phases["upstream"]["total_time"] == 30.0);
  CHECK(report["total_time"] == 30.0);
  CHECK(report["total_time_without_upstream"] == 0.0);
}

TEST_CASE("an answer of the gateway's own and one without a route are told as well") {
  Asking node;
  const json own = report_of(node.ask("X-Kong-Request-Debug: *\r\n", "/own"));
  CHECK(own["child"]["access"]["child"]["plugins"]["child"].contains("request-termination"));
  CHECK_FALSE(own["child"].contains("upstream"));
}

TEST_CASE("phases that are named are told, and no others") {
  Asking node;
  const json phases = report_of(node.ask("X-Kong-Request-Debug: upstream, balancer\r\n"))["child"];
  CHECK(phases.contains("upstream"));
  CHECK(phases.contains("balancer"));
  CHECK_FALSE(phases.contains("access"));
  CHECK_FALSE(is_told(node.ask("X-Kong-Request-Debug: upstream, nonsense\r\n")));
  CHECK_FALSE(is_told(node.ask("X-Kong-Request-Debug: \r\n")));
}

TEST_CASE("nothing is told to who has no right to it, or when nobody asks") {
  CHECK_FALSE(is_told(Asking().ask("")));
  CHECK_FALSE(is_told(Asking({}, "192.0.2.1").ask("X-Kong-Request-Debug: *\r\n")));
  CHECK_FALSE(is_told(Asking({}, "192.0.2.1").ask("X-Kong-Request-Debug: *\r\nX-Kong-Request-Debug-Token: \r\n")));
  CHECK_FALSE(is_told(Asking(with_token("secret"), "192.0.2.1").ask("X-Kong-Request-Debug: *\r\nX-Kong-Request-Debug-Token: secreT\r\n")));
  CHECK(is_told(Asking(with_token("secret"), "192.0.2.1").ask("X-Kong-Request-Debug: *\r\nX-Kong-Request-Debug-Token: secret\r\n")));
  proxy::Options off;
  off.request_debug = false;
  CHECK_FALSE(is_told(Asking(off).ask("X-Kong-Request-Debug: *\r\n")));
  // Whom a trusted balancer on this machine speaks for.
  proxy::Options behind;
  behind.trusted.push_back(*net::IpNetwork::parse("127.0.0.1"));
  CHECK_FALSE(is_told(Asking(behind).ask("X-Real-IP: 192.0.2.1\r\nX-Kong-Request-Debug: *\r\n")));
  // And who only says to be here.
  behind.trusted.push_back(*net::IpNetwork::parse("192.0.2.1"));
  CHECK_FALSE(is_told(Asking(behind, "192.0.2.1").ask("X-Real-IP: 127.0.0.1\r\nX-Kong-Request-Debug: *\r\n")));
}

TEST_CASE("the question and its token go to no upstream") {
  Asking node(with_token("secret"));
  node.ask("X-Kong-Request-Debug: *\r\nX-Kong-Request-Debug-Token: secret\r\nX-Other: 1\r\n");
  CHECK(node.sent.find("X-Other: 1") != std::string::npos);
  CHECK(node.sent.find("Debug") == std::string::npos);
}
