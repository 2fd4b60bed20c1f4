// The winner is the one that a plain look at every route finds: random tables, random requests, a printed seed.

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <deque>
#include <random>
#include <tuple>

#include "gateway/routing/router.h"
#include "schema/uuid.h"
#include "tests/unit/routing/allocations.h"

namespace {

using schema::Route;

struct Random {
  std::mt19937 engine;
  size_t below(size_t most) { return std::uniform_int_distribution<size_t>(0, most - 1)(engine); }
  bool one_in(size_t n) { return below(n) == 0; }
  template <typename List>
  auto pick(const List& list) { return list[below(std::size(list))]; }
};

constexpr std::string_view hosts[] = {"a.test", "b.test", "c.a.test", "*.test", "*.a.test", "a.*", "b.*", "a.test:81", "b.test:80", "*.a.test:81", "[::1]"};
constexpr std::string_view asked_hosts[] = {"a.test", "b.test", "c.a.test", "d.c.a.test", "a.example", "b.test.example", ".test", "other", "[::1]", "A.test", ""};
constexpr std::string_view regexes[] = {"~/a", "~/a/(?<x>[a-z]+)", "~/(a|b)/c", "~/a|/b", "~/a+/b", "~/a/b?c", "~/[ab]/(\\w+)$", "~/a/\\d+", "~/x\\.y", "~/.*c$", "~/a/(?!b)", "~/ab{2}"};
constexpr std::string_view methods[] = {"GET", "POST", "PUT"};
constexpr std::string_view header_values[] = {"1", "two", "Three"};

// Texts of a table must outlive it.
struct Table {
  std::deque<std::string> texts;
  std::vector<Route> routes;

  std::string_view keep(std::string text) { return texts.emplace_back(std::move(text)); }
};

std::string random_path(Random& random, size_t segments_max) {
  std::string path;
  for (size_t i = 0, n = random.below(segments_max) + 1; i < n; ++i) path.append("/").append(random.pick(std::vector<std::string>{"a", "b", "c", "aa", "abb", "12", "x.y", ""}));
  return path;
}

Route random_route(Random& random, Table& table) {
  Route route;
  route.id = table.keep(std::to_string(random.below(100000)));
  for (size_t i = random.below(3); i > 0; --i) route.methods.push_back(random.pick(methods));
  if (random.one_in(2))
    for (size_t i = random.below(3) + 1; i > 0; --i) route.hosts.push_back(random.pick(hosts));
  for (size_t i = random.below(4); i > 0; --i) route.paths.push_back(random.one_in(3) ? random.pick(regexes) : table.keep(random_path(random, 4)));
  if (random.one_in(4)) {
    route.headers.push_back({"x-A", {random.pick(header_values), random.pick(header_values)}});
    if (random.one_in(2)) route.headers.push_back({"x_b", {random.one_in(2) ? std::string_view("~*^t") : random.pick(header_values)}});
  }
  if (random.one_in(8)) route.snis.push_back(random.pick(std::vector<std::string_view>{"a.test", "*.test", "a.test."}));
  if (random.one_in(8)) route.sources.push_back({random.one_in(2) ? "10.0.0.0/8" : "10.0.0.1", random.one_in(2) ? std::optional<int>(5) : std::nullopt});
  if (random.one_in(3)) route.regex_priority = static_cast<int64_t>(random.below(4)) - 1;
  return route;
}

struct Asked {
  http::Headers headers;
  std::string path;
  routing::Query query;
};

void ask(Random& random, Asked& asked) {
  asked.path = random_path(random, 5);
  routing::Query& query = asked.query;
  query.method = random.pick(methods);
  query.host = random.pick(asked_hosts);
  query.path = asked.path;
  query.scheme = random.one_in(2) ? "http" : "https";
  query.sni = random.pick(std::vector<std::string_view>{"", "a.test", "b.test"});
  asked.headers.clear();
  if (random.one_in(2)) asked.headers.add("X-a", random.pick(header_values));
  if (random.one_in(2)) asked.headers.add("x-B", random.pick(header_values));
  query.headers = &asked.headers;
  query.source = {random.one_in(2) ? "10.0.0.1" : "192.168.0.1", static_cast<uint16_t>(random.below(2) + 4)};
  query.destination = {"127.0.0.1", static_cast<uint16_t>(random.below(2) + 80)};
}

// The rules once more, written down as plainly as can be.
namespace plain {

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out;
}

bool fits_host(std::string_view pattern, std::string_view host, uint16_t port) {
  const size_t colon = pattern.ends_with(']') ? std::string_view::npos : pattern.rfind(':');
  if (colon != std::string_view::npos && std::to_string(port) != pattern.substr(colon + 1)) return false;
  pattern = pattern.substr(0, colon);
  if (pattern.starts_with('*')) return host.size() >= pattern.size() && host.ends_with(pattern.substr(1));
  if (pattern.ends_with('*')) return host.size() >= pattern.size() && host.starts_with(pattern.substr(0, pattern.size() - 1));
  return host == pattern;
}

bool fits_fields(const Route& route, const routing::Query& query) {
  auto any = [](const auto& list, auto fits) { return list.empty() || std::any_of(list.begin(), list.end(), fits); };
  if (!any(route.methods, [&](auto method) { return method == query.method; })) return false;
  if (!any(route.hosts, [&](auto host) { return fits_host(host, query.host, query.destination.port); })) return false;
  if (query.scheme == "https" && !any(route.snis, [&](auto sni) { return fits_host(sni.ends_with('.') ? sni.substr(0, sni.size() - 1) : sni, query.sni, 0); })) return false;
  if (!any(route.sources, [&](const schema::SourceMatch& source) {
        return (source.ip.empty() || query.source.ip == "10.0.0.1") && (!source.port || *source.port == query.source.port);
      })) return false;
  for (const schema::HeaderMatch& wanted : route.headers) {
    const std::string_view sent = query.headers->get(lower(wanted.name) == "x_b" ? "x-b" : wanted.name);
    if (sent.data() == nullptr) return false;
    if (wanted.values[0] == "~*^t" ? lower(sent).front() != 't' : !any(wanted.values, [&](auto value) { return lower(value) == lower(sent); })) return false;
  }
  return true;
}

struct Winner {
  std::string_view id, prefix;
  std::vector<std::string> captures;
  friend bool operator==(const Winner&, const Winner&) = default;
};

// What is compared between two ways of routes, most important first; the greatest wins.
using Rank = std::tuple<size_t, bool, size_t, bool, uint32_t, size_t, std::string>;

Rank rank_of(const Route& route, bool regex, size_t length, bool parted) {
  size_t fields = 0;
  for (bool set : {!route.methods.empty(), !route.hosts.empty(), !route.headers.empty(), !route.paths.empty(), !route.snis.empty(), !route.sources.empty()}) fields += set;
  const bool wildcard = std::any_of(route.hosts.begin(), route.hosts.end(), [](auto host) { return host.find('*') != std::string_view::npos; });
  const std::string id(route.id);
  return {fields, !route.hosts.empty() && !wildcard, route.headers.size(), regex, regex ? static_cast<uint32_t>(route.regex_priority) : 0, length,
          parted ? schema::uuid5("7f145bf9-0dce-4f91-98eb-debbce4b9f6b", id + "#" + std::to_string(length)) : id};
}

Winner winner(const std::vector<Route>& routes, const routing::Query& query) {
  std::optional<Rank> best;
  Winner winner;
  for (const Route& route : routes) {
    if (!fits_fields(route, query)) continue;
    std::vector<size_t> lengths;  // 0 stands for regexes
    for (std::string_view path : route.paths) lengths.push_back(path.starts_with('~') ? 0 : path.size());
    std::sort(lengths.begin(), lengths.end());
    const bool parted = !lengths.empty() && lengths.front() != lengths.back();
    auto offer = [&](bool regex, size_t length, Winner candidate) {
      Rank rank = rank_of(route, regex, length, parted);
      if (best && *best >= rank) return;
      best = std::move(rank);
      winner = std::move(candidate);
    };
    if (route.paths.empty()) offer(false, 0, {route.id, "", {}});
    bool regex_found = false;
    for (std::string_view path : route.paths) {
      if (!path.starts_with('~')) {
        if (query.path.starts_with(path)) offer(false, path.size(), {route.id, path, {}});
        continue;
      }
      std::string error;
      const auto regex = schema::Regex::compile(path.substr(1), error);
      std::vector<std::string_view> groups(regex->groups() + 1);
      if (regex_found || !regex->match(query.path, schema::Regex::From::start, groups)) continue;
      regex_found = true;  // the first of the route's regexes speaks
      Winner candidate{route.id, groups[0], {}};
      if (groups.size() > 1)
        for (std::string_view group : groups) candidate.captures.emplace_back(group);
      offer(true, 0, std::move(candidate));
    }
  }
  return winner;
}

}  // namespace plain

plain::Winner found(const routing::Router& router, const routing::Query& query) {
  routing::Match match;
  if (!router.match(query, match)) return {};
  plain::Winner winner{match.route->id, match.matched_prefix, {}};
  for (const routing::Capture& capture : match.captures()) winner.captures.emplace_back(capture.value);
  return winner;
}

unsigned seed() {
  const char* given = std::getenv("SEED");
  return given != nullptr ? static_cast<unsigned>(std::strtoul(given, nullptr, 10)) : std::random_device()();
}

std::string random_predicate(Random& random) {
  switch (random.below(9)) {
    case 0: return "http.path ^= \"" + random_path(random, 3) + "\"";
    case 1: return "http.path == \"" + random_path(random, 3) + "\"";
    case 2: return "http.path ~ r#\"" + std::string(random.one_in(2) ? "^" : "") + std::string(random.pick(regexes).substr(1)) + "\"#";
    case 3: return "http.host == \"" + std::string(random.pick(asked_hosts)) + "\"";
    case 4: return "http.host =^ \".test\"";
    case 5: return "lower(http.host) ^= \"a.\"";
    case 6: return "http.method " + std::string(random.one_in(2) ? "==" : "!=") + " \"" + std::string(random.pick(methods)) + "\"";
    case 7: return "net.dst.port == 80";
    default: return "any(lower(http.headers.x_a)) == \"three\"";
  }
}

std::string random_expression(Random& random, size_t depth) {
  std::string text;
  for (size_t i = 0, n = random.below(3) + 1; i < n; ++i) {
    if (i > 0) text += random.one_in(2) ? " && " : " || ";
    if (depth > 0 && random.one_in(3)) text += std::string(random.one_in(3) ? "!" : "") + "(" + random_expression(random, depth - 1) + ")";
    else text += random_predicate(random);
  }
  return text;
}

}  // namespace

TEST_CASE("of random classic routes the same one wins as by a plain look at all of them") {
  Random random{std::mt19937(seed())};
  const unsigned first = static_cast<unsigned>(random.engine());
  for (unsigned round = 0; round < 150; ++round) {
    Random own{std::mt19937(first + round)};
    INFO("seed ", first + round);
    Table table;
    for (size_t i = own.below(60) + 1; i > 0; --i) table.routes.push_back(random_route(own, table));
    std::vector<std::string> errors;
    const routing::Router router(table.routes, routing::Flavor::traditional_compatible, errors);
    REQUIRE(errors.empty());
    for (int i = 0; i < 100; ++i) {
      Asked asked;
      ask(own, asked);
      const plain::Winner expected = plain::winner(table.routes, asked.query), got = found(router, asked.query);
      CAPTURE(asked.path);
      CHECK(got.id == expected.id);
      CHECK(got.prefix == expected.prefix);
      CHECK(got.captures == expected.captures);
    }
  }
}

TEST_CASE("of random expressions the same one wins as when all are tried in order") {
  Random random{std::mt19937(seed())};
  const unsigned first = static_cast<unsigned>(random.engine());
  for (unsigned round = 0; round < 100; ++round) {
    Random own{std::mt19937(first + round)};
    INFO("seed ", first + round);
    Table table;
    for (size_t i = own.below(60) + 1; i > 0; --i) {
      Route route = own.one_in(4) ? random_route(own, table) : Route();
      if (route.id.empty()) {
        route.id = table.keep(std::to_string(own.below(100000)));
        route.expression = table.keep(random_expression(own, 3));
        route.priority = own.below(5);
      }
      table.routes.push_back(std::move(route));
    }
    std::vector<std::string> errors;
    const routing::Router router(table.routes, routing::Flavor::expressions, errors);
    REQUIRE(errors.empty());
    for (int i = 0; i < 100; ++i) {
      Asked asked;
      ask(own, asked);
      const schema::Route* expected = nullptr;
      for (const routing::Explanation& one : router.explain(asked.query)) {
        if (one.matched) expected = one.route;
        if (!one.fits) CHECK(!one.reason.empty());
      }
      routing::Match match;
      router.match(asked.query, match);
      CAPTURE(asked.path);
      CHECK(match.route == expected);
    }
  }
}

TEST_CASE("many regexes that begin alike are told apart, also those of the other engine") {
  Table table;
  for (int i = 0; i < 300; ++i) {
    Route route;
    route.id = table.keep(std::to_string(i));
    route.paths = {table.keep("~/[a-z]+/item-" + std::to_string(i) + (i % 10 == 0 ? "(?!x)" : "") + "/(?<rest>.*)$")};
    table.routes.push_back(route);
  }
  std::vector<std::string> errors;
  const routing::Router router(table.routes, routing::Flavor::traditional_compatible, errors);
  REQUIRE(errors.empty());
  for (int i = 0; i < 300; ++i) {
    Asked asked;
    asked.path = "/shop/item-" + std::to_string(i) + "/more";
    asked.query.path = asked.path;
    asked.query.headers = &asked.headers;
    const plain::Winner got = found(router, asked.query);
    CHECK(got.id == std::to_string(i));
    REQUIRE(got.captures.size() == 2);
    CHECK(got.captures[1] == "more");
  }
}

TEST_CASE("matching classic routes and expressions allocates nothing") {
  Table table;
  for (int i = 0; i < 1000; ++i) {
    Route route;
    route.id = table.keep(std::to_string(i));
    route.hosts = {table.keep("host-" + std::to_string(i % 50) + ".test"), "*.example"};
    route.methods = {"GET"};
    route.headers = {{"X-Version", {"one", "two"}}};
    route.paths = {table.keep("/v1/service-" + std::to_string(i)), table.keep("~/v2/service-" + std::to_string(i) + "/(?<id>\\d+)$")};
    if (i % 5 == 0) route.expression = table.keep("http.path ^= \"/v3/" + std::to_string(i) + "\" && lower(http.headers.x_version) == \"two\" && net.src.ip in 10.0.0.0/8");
    table.routes.push_back(route);
  }
  std::vector<std::string> errors;
  const routing::Router router(table.routes, routing::Flavor::expressions, errors);
  REQUIRE(errors.empty());
  Asked asked;
  asked.headers.add("x-version", "Two");
  asked.query = {.method = "GET", .host = "host-7.test", .path = "", .scheme = "http", .sni = "", .headers = &asked.headers, .query_string = "", .source = {"10.1.1.1", 1}, .destination = {"", 80}};
  routing::Match match;
  for (std::string_view path : {"/v1/service-507/x", "/v2/service-507/12", "/v3/505/x", "/none"}) {
    asked.query.path = path;
    router.match(asked.query, match);  // the first match of a regex builds its automaton
    const size_t before = allocations();
    const bool matched = router.match(asked.query, match);
    const size_t made = allocations() - before;
    CHECK(made == 0);
    CHECK(matched == (path != "/none"));
  }
}
