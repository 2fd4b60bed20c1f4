#include <doctest/doctest.h>

#include "gateway/routing/router.h"
#include "gateway/routing/upstream_path.h"

namespace {

schema::Route route(std::string_view id, std::vector<std::string_view> paths) {
  schema::Route one;
  one.id = one.name = id;
  one.paths = std::move(paths);
  return one;
}

// Routers stay until the end: the names of captures are theirs.
std::vector<std::unique_ptr<routing::Router>> routers;

std::string_view winner(const std::vector<schema::Route>& routes, std::string_view path, routing::Match& match) {
  std::vector<std::string> errors;
  routing::Router& router = *routers.emplace_back(std::make_unique<routing::Router>(routes, routing::Flavor::traditional_compatible, errors));
  http::Headers headers;
  routing::Query query;
  query.method = "GET";
  query.path = path;
  query.scheme = "http";
  query.headers = &headers;
  if (!router.match(query, match)) return "";
  return match.route->id;
}

}  // namespace

TEST_CASE("the longest prefix wins, and a regex wins over every prefix") {
  routing::Match match;
  const std::vector<schema::Route> prefixes = {route("short", {"/a"}), route("long", {"/a/b"})};
  CHECK(winner(prefixes, "/a/b/c", match) == "long");
  CHECK(match.matched_prefix == "/a/b");
  CHECK(winner(prefixes, "/c", match) == "");
  const std::vector<schema::Route> mixed = {route("prefix", {"/a/bcd"}), route("regex", {"~/a/(?<n>[a-z])"})};
  CHECK(winner(mixed, "/a/bcd", match) == "regex");
  REQUIRE(match.captures().size() == 2);
  CHECK(match.captures()[1].name == "n");
  CHECK(match.captures()[1].value == "b");
}

TEST_CASE("equal routes: the greater id wins") {
  routing::Match match;
  CHECK(winner({route("a", {"/x"}), route("b", {"/x"})}, "/x", match) == "b");
  CHECK(winner({route("b", {"/x"}), route("a", {"/x"})}, "/x", match) == "b");
}

TEST_CASE("the upstream path follows service path, stripping and slashes") {
  std::string scratch;
  CHECK(routing::upstream_path("", "/a/b", "/a", true, scratch) == "/b");
  CHECK(routing::upstream_path("", "/a", "/a", true, scratch) == "/");
  CHECK(routing::upstream_path("/base", "/a/b", "/a", true, scratch) == "/base/b");
  CHECK(routing::upstream_path("/base/", "/a", "/a", true, scratch) == "/base");
  CHECK(routing::upstream_path("/base/", "/a/b", "", false, scratch) == "/base/a/b");
  CHECK(routing::upstream_path("/base", "/", "", false, scratch) == "/base");
}
