#include <doctest/doctest.h>

#include "gateway/routing/keys.h"

namespace {

std::string prefix_of(std::string_view pattern) {
  std::string error;
  const auto regex = schema::Regex::compile(pattern, error);
  REQUIRE(regex != nullptr);
  return routing::literal_prefix(*regex);
}

}  // namespace

TEST_CASE("a regex's literal beginning ends where something else becomes possible") {
  CHECK(prefix_of("/users/(?<id>\\d+)$") == "/users/");
  CHECK(prefix_of("^/v1\\.0/x") == "/v1.0/x");
  CHECK(prefix_of("/ab?c") == "/a");
  CHECK(prefix_of("/ab*c") == "/a");
  CHECK(prefix_of("/ab{0,1}c") == "/a");
  CHECK(prefix_of("/ab+c") == "/ab");
  CHECK(prefix_of("/a\\dc") == "/a");
  CHECK(prefix_of("/a[b]") == "/a");
  CHECK(prefix_of("(?i)/a") == "");
  CHECK(prefix_of("/é*x") == "/");
}

TEST_CASE("alternatives at the top have no common beginning; inside a group they do not matter") {
  CHECK(prefix_of("/a|/b") == "");
  CHECK(prefix_of("/a/(b|c)") == "/a/");
  CHECK(prefix_of("/a[(]x|/b") == "");
  CHECK(prefix_of("/a[]|)]x") == "/a");
  CHECK(prefix_of("/a[[:alpha:]|]x") == "/a");
  CHECK(prefix_of("/a\\|b") == "/a|b");
  CHECK(prefix_of("/a\\Q(\\E|/b") == "");
  CHECK(prefix_of("/a(\\)|b)|c") == "");
}

TEST_CASE("a regex of the other engine is not looked into") { CHECK(prefix_of("/a/(?!b)") == ""); }

TEST_CASE("backtracking ends after a number of steps") {
  std::string error;
  const auto regex = schema::Regex::compile("(?=(a+)+$)b", error);
  REQUIRE(regex != nullptr);
  CHECK_FALSE(regex->match(std::string(40, 'a') + "!", schema::Regex::From::start));
  CHECK(schema::Regex::compile("a(", error) == nullptr);
  CHECK(error == "missing closing parenthesis at offset 2");
}
