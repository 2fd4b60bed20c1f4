// Router match at 10, 1,000 and 10,000 routes.

#include <benchmark/benchmark.h>

#include <deque>

#include "gateway/routing/router.h"

namespace {

struct Table {
  std::deque<std::string> texts;
  std::vector<schema::Route> routes;
  std::vector<std::string> paths;  // asked for
  std::unique_ptr<routing::Router> router;

  std::string_view keep(std::string text) { return texts.emplace_back(std::move(text)); }

  template <typename Path, typename Asked>
  Table(int64_t count, Path path, Asked asked, bool own_hosts = false) {
    for (int64_t i = 0; i < count; ++i) {
      schema::Route route;
      const std::string number = std::to_string(i);
      route.id = keep(number);
      route.paths = {keep(path(number))};
      if (own_hosts) route.hosts = {keep("host-" + number + ".test")};
      routes.push_back(std::move(route));
    }
    for (int64_t i = 0; i < 1024; ++i) paths.push_back(asked(std::to_string(i * 7919 % count)));
    std::vector<std::string> errors;
    router = std::make_unique<routing::Router>(routes, routing::Flavor::traditional_compatible, errors);
  }
};

void match(benchmark::State& state, const Table& table) {
  http::Headers headers;
  headers.add("User-Agent", "bench");
  routing::Query query{.method = "GET", .host = "host-7.test", .path = "", .scheme = "http", .sni = "", .headers = &headers,
                       .query_string = "", .source = {"10.0.0.1", 1}, .destination = {"10.0.0.2", 80}};
  size_t i = 0, missed = 0;
  for (auto _ : state) {
    query.path = table.paths[i++ & 1023];
    routing::Match found;
    if (!table.router->match(query, found)) ++missed;
    benchmark::DoNotOptimize(found);
  }
  if (missed > 0 && table.routes.front().hosts.empty()) state.SkipWithError("a path was not found");
}

void prefixes(benchmark::State& state) {
  match(state, Table(state.range(0), [](const std::string& n) { return "/api/v1/service-" + n; }, [](const std::string& n) { return "/api/v1/service-" + n + "/items/12"; }));
}

void hosts(benchmark::State& state) {
  match(state, Table(state.range(0), [](const std::string&) { return std::string("/api"); }, [](const std::string& n) { return "/api/" + n; }, true));
}

// Regexes with a literal beginning of their own.
void regexes(benchmark::State& state) {
  match(state, Table(state.range(0), [](const std::string& n) { return "~/api/v1/service-" + n + "/(?<id>\\d+)$"; },
                     [](const std::string& n) { return "/api/v1/service-" + n + "/12"; }));
}

// Regexes that begin alike: what tells them apart comes behind a wildcard.
void regexes_alike(benchmark::State& state) {
  match(state, Table(state.range(0), [](const std::string& n) { return "~/[a-z]+/service-" + n + "/(?<id>\\d+)$"; },
                     [](const std::string& n) { return "/shop/service-" + n + "/12"; }));
}

void building(benchmark::State& state) {
  for (auto _ : state) Table(state.range(0), [](const std::string& n) { return "/api/v1/service-" + n; }, [](const std::string& n) { return n; });
}

BENCHMARK(prefixes)->Arg(10)->Arg(1000)->Arg(10000);
BENCHMARK(hosts)->Arg(10)->Arg(1000)->Arg(10000);
BENCHMARK(regexes)->Arg(10)->Arg(1000)->Arg(10000);
BENCHMARK(regexes_alike)->Arg(10)->Arg(1000)->Arg(10000);
BENCHMARK(building)->Arg(10000)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
