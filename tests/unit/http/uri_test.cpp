#include <doctest/doctest.h>

#include "gateway/http/query.h"
#include "gateway/http/uri.h"

namespace {

std::string normal(std::string_view path, bool merge_slashes = true) {
  std::string scratch;
  auto result = http::normalise_path(path, scratch, merge_slashes);
  return result ? std::string(*result) : "refused";
}

std::string without(std::string_view query, std::string_view name) {
  std::string out;
  http::remove_parameter(query, name, out);
  return out;
}

}  // namespace

TEST_CASE("a normal path is returned as it is, without a copy") {
  std::string scratch;
  const std::string_view path = "/a/b.c/d-e";
  CHECK(http::normalise_path(path, scratch)->data() == path.data());
}

TEST_CASE("dot segments are resolved, a climb above the root is refused") {
  CHECK(normal("/d/../e/x") == "/e/x");
  CHECK(normal("/d/x/..") == "/d/");
  CHECK(normal("/d/x/../") == "/d/");
  CHECK(normal("/d/..") == "/");
  CHECK(normal("/d/.") == "/d/");
  CHECK(normal("/.") == "/");
  CHECK(normal("/d/...") == "/d/...");
  CHECK(normal("/d/.x") == "/d/.x");
  CHECK(normal("/d/%2e%2E/e") == "/e");
  CHECK(normal("/d/../../e") == "refused");
  CHECK(normal("/..") == "refused");
  CHECK(normal("//../e") == "refused");
}

TEST_CASE("slashes are merged after that, encoded ones are none") {
  CHECK(normal("///d///x//") == "/d/x/");
  CHECK(normal("//") == "/");
  CHECK(normal("//d", false) == "//d");
  CHECK(normal("/a//../b") == "/a/b");
  CHECK(normal("/d/%2f/x") == "/d/%2F/x");
  CHECK(normal("/d/..%2f..") == "/d/..%2F..");
}

TEST_CASE("escapes: unreserved are decoded, reserved are kept in upper case, broken ones are refused") {
  CHECK(normal("/%41%7e%3f%23%25") == "/A~%3F%23%25");
  CHECK(normal("/sp%20ace") == "/sp ace");
  for (const char* bad : {"/%", "/%4", "/%zz", "/a%4", "/%00", "/a/%00b"}) CHECK(normal(bad) == "refused");
}

TEST_CASE("normalising twice changes nothing more") {
  for (const char* path : {"/%2541", "/a/%2e/..//b", "/x%5cy", "/%2f%2F/../", "/a//../b", "/é/.."}) {
    std::string once = normal(path);
    CHECK(normal(once) == once);
  }
}

TEST_CASE("a path goes upstream in plain characters") {
  std::string out;
  http::encode_path("/a b\\c\xe9\r\n\"<>^`{|}%2F!*'();:@&=+$,?#[]~", out);
  CHECK(out == "/a%20b%5Cc%E9%0D%0A%22%3C%3E%5E%60%7B%7C%7D%2F!*'();:@&=+$,?#[]~");
}

TEST_CASE("components are decoded leniently and encoded completely") {
  CHECK(http::decode("a%20b+c%zz%4", true) == "a b c%zz%4");
  CHECK(http::decode("a+b", false) == "a+b");
  CHECK(http::encode_component("a b/ü~") == "a%20b%2F%C3%BC~");
}

TEST_CASE("a target is split at its first question mark") {
  auto target = http::split_target("/a?b?c");
  CHECK(target.raw_path == "/a");
  CHECK(target.query == "b?c");
  CHECK(http::split_target("/a?").has_query);
  CHECK_FALSE(http::split_target("/a").has_query);
}

TEST_CASE("parameters are walked as sent") {
  std::string seen;
  http::each_parameter("a=1&&b&c=&=d&e=f=g", [&](const http::Parameter& parameter) {
    seen.append(parameter.name).append(parameter.has_value ? "=" : "").append(parameter.value).append(" ");
    return true;
  });
  CHECK(seen == "a=1 b c= =d e=f=g ");
  std::string value;
  CHECK(http::find_parameter("x=1&k%65y=a+b%21&key=2", "key", value));
  CHECK(value == "a b!");
  CHECK_FALSE(http::find_parameter("x=1&Key=2", "key", value));
}

TEST_CASE("removing a parameter leaves every other octet alone") {
  CHECK(without("key=1", "key") == "");
  CHECK(without("key=1&b=+x%20&&a", "key") == "b=+x%20&&a");
  CHECK(without("b=%2f&key=1&a", "key") == "b=%2f&a");
  CHECK(without("a&key", "key") == "a");
  CHECK(without("a&key=1&key=2&k%65y", "key") == "a");
  CHECK(without("monkey=1&keys=2", "key") == "monkey=1&keys=2");
}
