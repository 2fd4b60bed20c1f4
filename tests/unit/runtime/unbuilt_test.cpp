#include "gateway/runtime/unbuilt.h"

#include <doctest/doctest.h>

#include "schema/report.h"

namespace {

std::vector<std::string> warnings_of(const std::string& text) {
  schema::Problems problems;
  const auto config = schema::load({{"kong.yml", text, schema::Syntax::yaml}}, problems, {});
  REQUIRE(config != nullptr);
  schema::Problems found;
  runtime::warn_of_unbuilt(*config, found);
  std::vector<std::string> lines;
  for (const schema::Problem& problem : found.all()) {
    CHECK(problem.severity == schema::Severity::warning);
    lines.push_back(schema::report_line(problem, config->document));
  }
  return lines;
}

bool any_says(const std::vector<std::string>& lines, std::string_view text) {
  for (const std::string& line : lines)
    if (line.find(text) != std::string::npos) return true;
  return false;
}

}  // namespace

TEST_CASE("what is built is not warned about") {
  CHECK(warnings_of(R"(
_format_version: "3.0"
services: [{name: a, url: "https://up", tls_verify: true, routes: [{name: r, paths: [/]}]}]
upstreams:
- {name: least, algorithm: least-connections}
- {name: hashing, algorithm: consistent-hashing, hash_on: ip}
- {name: up, algorithm: latency, healthchecks: {active: {healthy: {interval: 0}}}, targets: [{target: "127.0.0.1:1"}]}
)").empty());
}

TEST_CASE("what has no effect yet is warned about, with its place") {
  const auto lines = warnings_of(R"(
_format_version: "3.0"
services:
- {name: t, host: up, protocol: tcp, port: 9, routes: [{name: r, protocols: [tcp], destinations: [{port: 5}]}]}
upstreams:
- {name: active, healthchecks: {active: {healthy: {interval: 5}}}}
- {name: passive, healthchecks: {passive: {unhealthy: {http_failures: 3}}}}
)");
  CHECK(lines.size() == 4);
  CHECK(any_says(lines, "service t: only http and https"));
  CHECK(any_says(lines, "route r: no request arrives"));
  CHECK(any_says(lines, "kong.yml:6:"));
  CHECK(any_says(lines, "upstream active: health checks"));
  CHECK(any_says(lines, "upstream passive: health checks"));
}
