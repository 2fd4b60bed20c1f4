#include "gateway/admin/routes.h"

#include <doctest/doctest.h>

#include "gateway/admin/refusal.h"

using namespace admin;

namespace {

Request asked(std::string method, std::string_view target) {
  Request request;
  request.method = std::move(method);
  set_target(request, target);
  return request;
}

}  // namespace

TEST_CASE("a literal segment wins over a capture, whatever the order of adding") {
  Routes routes;
  routes.add("GET", "/plugins/{id}", [](const Request& request) { return message(200, request.captures[0]); });
  routes.add("GET", "/plugins/enabled", [](const Request&) { return message(200, "list"); });
  Request enabled = asked("GET", "/plugins/enabled"), one = asked("GET", "/plugins/a%2Fb?x=1");
  CHECK(routes.answer(enabled).body == "{\"message\":\"list\"}");
  CHECK(routes.answer(one).body == "{\"message\":\"a/b\"}");
  CHECK(*one.parameter("x") == "1");
}

TEST_CASE("a trailing or doubled slash changes nothing") {
  Routes routes;
  routes.add("GET", "/a/b", [](const Request&) { return empty(204); });
  Request request = asked("GET", "//a/b/");
  CHECK(routes.answer(request).status == 204);
}

TEST_CASE("forms are decoded, broken escapes stay as they are") {
  CHECK(parse_form("a=1+2&b=%41&&c") == Pairs{{"a", "1 2"}, {"b", "A"}, {"c", ""}});
  CHECK(percent_decoded("%zz%4", false) == "%zz%4");
  CHECK(percent_encoded("a b|/") == "a%20b%7C%2F");
}

TEST_CASE("a tree of fields: lists with holes, objects when sparse") {
  FieldTree tree;
  tree.named["services"].placed[2].named["port"].message = "bad";
  CHECK(tree.json() == R"({"services":[null,{"port":"bad"}]})");
  CHECK(tree.words() == R"({services={[2]={port="bad"}}})");
  CHECK(tree.lines() == std::vector<std::string>{"services.2.port: bad"});
  FieldTree sparse;
  sparse.placed[1000].message = "x";
  CHECK(sparse.json() == R"({"1000":"x"})");
  FieldTree mixed;
  mixed.entity = {"one \"two\""};
  mixed.named["x-y"].message = "z";
  CHECK(mixed.words() == R"({["@entity"]={"one \"two\""},["x-y"]="z"})");
}
