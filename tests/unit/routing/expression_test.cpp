#include <doctest/doctest.h>

#include "gateway/routing/check_routes.h"
#include "gateway/routing/expression.h"
#include "gateway/routing/router.h"

namespace {

using routing::Expression;
using routing::ExpressionError;
using routing::Traffic;

struct Request {
  Request() {
    headers.add("X-Tier", "Gold");
    headers.add("x-tier", "silver");
    headers.add("User-Agent", "curl/8");
    query = {.method = "GET", .host = "shop.test", .path = "/api/v1/items/", .scheme = "https", .sni = "shop.test", .headers = &headers,
             .query_string = "q=a%20b&q=c&bare&n=1", .source = {"10.1.2.3", 4000}, .destination = {"fd00::1", 8443}};
  }
  http::Headers headers;
  routing::Query query;
};

bool holds(std::string_view text, const Request& request = {}) {
  ExpressionError error;
  const auto expression = Expression::parse(text, Traffic::web, error);
  INFO(text, " column ", error.column, " ", error.what);
  REQUIRE(expression != nullptr);
  return expression->holds(request.query);
}

std::string refusal(std::string_view text, Traffic traffic = Traffic::web) {
  ExpressionError error;
  if (Expression::parse(text, traffic, error) != nullptr) return "";
  return std::to_string(error.column) + ": " + error.what + (error.hint.empty() ? "" : " (" + error.hint + ")");
}

}  // namespace

TEST_CASE("operators of texts") {
  CHECK(holds(R"(http.method == "GET")"));
  CHECK_FALSE(holds(R"(http.method != "GET")"));
  CHECK(holds(R"(http.path ^= "/api")"));
  CHECK(holds(R"(http.host =^ ".test")"));
  CHECK(holds(R"(http.path contains "v1")"));
  CHECK(holds(R"(http.path ~ "^/api/v\\d+/")"));
  CHECK(holds(R"x(http.path ~ r#"^/(api|web)/v\d"#)x"));
  CHECK_FALSE(holds(R"(http.path ~ "^/v1")"));
  CHECK(holds(R"(http.path ~ "items")"));
  CHECK(holds(R"x(http.path ~ "^/api(?!/v2)")x"));
}

TEST_CASE("fields of a request") {
  CHECK(holds(R"(net.protocol == "https" && tls.sni == "shop.test")"));
  CHECK(holds("net.src.ip in 10.0.0.0/8 && net.src.ip not in 10.2.0.0/16 && net.src.ip == 10.1.2.3"));
  CHECK(holds("net.dst.ip in fd00::/8 && net.dst.ip != ::1 && net.dst.ip == fd00::1"));
  CHECK(holds("net.dst.ip not in 0.0.0.0/0"));
  CHECK_FALSE(holds("net.src.ip in ::/0"));
  CHECK(holds("net.src.port >= 4000 && net.src.port < 0xfa1 && net.dst.port > 017 && net.port <= 8443 && net.dst.port != -1"));
  CHECK(holds(R"(http.path.segments.len == 3 && http.path.segments.0 == "api" && http.path.segments.1_2 == "v1/items")"));
  CHECK_FALSE(holds(R"(http.path.segments.3 == "")"));
  CHECK_FALSE(holds(R"(http.path.segments.1_3 ^= "v1")"));
  CHECK(holds(R"(http.headers.user_agent ^= "curl")"));
  CHECK(holds(R"(http.queries.n == "1" && http.queries.bare == "")"));
  CHECK(holds(R"(any(http.queries.q) == "a b")"));
}

TEST_CASE("of several values all must satisfy the predicate, with any() one") {
  CHECK_FALSE(holds(R"(lower(http.headers.x_tier) == "gold")"));
  CHECK(holds(R"(any(lower(http.headers.x_tier)) == "gold")"));
  CHECK(holds(R"(lower(any(http.headers.x_tier)) == "gold")"));
  CHECK_FALSE(holds(R"(any(http.headers.x_tier) == "gold")"));
  CHECK(holds(R"(http.headers.x_tier != "bronze")"));
}

TEST_CASE("a predicate on an absent field is false, whatever it asks") {
  CHECK_FALSE(holds(R"(http.headers.x_none != "a")"));
  CHECK_FALSE(holds(R"(http.queries.none == "")"));
  CHECK(holds(R"(!(http.headers.x_none == "a"))"));
}

TEST_CASE("&& and || bind alike, from left to right") {
  const std::string yes = R"(http.method == "GET")", no = R"(http.method == "PUT")";
  CHECK_FALSE(holds(yes + " || " + yes + " && " + no));
  CHECK(holds(yes + " || (" + yes + " && " + no + ")"));
  CHECK(holds(no + " && " + no + " || " + yes));
  CHECK(holds("!(" + no + "&&" + yes + ") && ! ( " + no + ")"));
}

TEST_CASE("what is wrong is told with its column") {
  CHECK(refusal("") == "1: expected a field or (, found the end");
  CHECK(refusal(R"(http.pth == "a")") == "1: unknown field http.pth (did you mean http.path?)");
  CHECK(refusal(R"(http.path = "a")").starts_with("11: expected an operator, found '='"));
  CHECK(refusal(R"(http.path == "a" & http.method == "b")") == "18: expected && or ||, found '&'");
  CHECK(refusal(R"(http.path == "a)") == "14: this text does not end");
  CHECK(refusal(R"(http.path == r#"a")").starts_with("14: this raw text does not end"));
  CHECK(refusal(R"(http.path == a)").starts_with("14: expected a literal, found 'a'"));
  CHECK(refusal(R"(http.path == "\d")").starts_with("15: unknown escape"));
  CHECK(refusal("http.path == 80") == "14: expected a text, found an integer");
  CHECK(refusal(R"(net.src.ip == "10.0.0.1")") == "15: expected an IP address, found a text");
  CHECK(refusal("net.src.ip in 10.0.0.1") == "15: expected a CIDR block, found an IP address");
  CHECK(refusal("net.src.ip == 10.0.0.300") == "15: not an IP address or CIDR block: 10.0.0.300");
  CHECK(refusal("net.dst.port ^= 8") == "14: '^=' does not apply to an integer");
  CHECK(refusal(R"(http.path > "a")") == "11: '>' does not apply to a text");
  CHECK(refusal("lower(net.dst.port) == 8").starts_with("1: lower() is for texts"));
  CHECK(refusal(R"(upper(http.path) == "A")").starts_with("1: unknown function upper"));
  CHECK(refusal(R"((http.path == "a")") == "1: this parenthesis is not closed");
  CHECK(refusal(R"(http.path == "a"))") == "17: this parenthesis closes nothing");
  CHECK(refusal(R"(!http.path == "a")").starts_with("2: expected ( after !"));
  CHECK(refusal(R"(http.path ~ "(")").starts_with("13: regex: "));
  CHECK(refusal(R"(http.headers.x-a == "1")").starts_with("15: a field's name has no dash"));
  CHECK(refusal(R"(http.path.segments.2_1 == "1")").starts_with("1: no such segments"));
  CHECK(refusal("net.dst.port == 99999999999999999999").find("does not fit") != std::string::npos);
  CHECK(refusal(R"(http.path == "/")", Traffic::stream).starts_with("1: http.path is not known to routes of streams"));
  CHECK(refusal("net.dst.port == 5432", Traffic::stream) == "");
}

TEST_CASE("depth and length have limits") {
  auto nested = [](size_t depth) { return std::string(depth, '(') + R"(http.path == "/")" + std::string(depth, ')'); };
  CHECK(refusal(nested(routing::expression_depth_max)) == "");
  CHECK(refusal(nested(routing::expression_depth_max + 1)).find("parentheses inside one another") != std::string::npos);
  CHECK(refusal(std::string(routing::expression_bytes_max + 1, ' ')).find("longer than") != std::string::npos);
  std::string chain = R"(http.path == "/")";
  while (chain.size() + 20 < routing::expression_bytes_max) chain += R"( || http.path == "/")";
  CHECK(refusal(chain) == "");
}

TEST_CASE("the text that matched the path is what strip_path takes off, and its regex gives the captures") {
  Request request;
  auto match_of = [&](std::string_view text) {
    ExpressionError error;
    auto expression = Expression::parse(text, Traffic::web, error);
    REQUIRE(expression != nullptr);
    routing::Match match;
    CHECK(expression->holds(request.query, &match.path_match));
    match.path = request.query.path;
    std::string out(match.path_match.prefix);
    for (const routing::Capture& capture : match.captures()) out.append(" ").append(capture.name).append("=").append(capture.value);
    return out;
  };
  CHECK(match_of(R"(http.path ^= "/api" && http.method == "GET")") == "/api");
  CHECK(match_of(R"x(http.path ~ "^/api/(?<v>v\\d)")x") == "/api/v1 =/api/v1 v=v1");
  CHECK(match_of(R"x(http.path ~ "(?<v>v\\d)")x") == " =v1 v=v1");
  request.query.path = "/API/V1";
  CHECK(match_of(R"x(lower(http.path) ~ "^/api/(?<v>v\\d)")x") == "/API/V1 =/API/V1 v=V1");
}

TEST_CASE("a culprit is the innermost term that turned the verdict") {
  ExpressionError error;
  const std::string text = R"(http.path ^= "/api" && (net.dst.port == 80 || http.method == "PUT"))";
  const auto expression = Expression::parse(text, Traffic::web, error);
  CHECK(expression->culprit(Request().query) == R"(http.method == "PUT")");
}

TEST_CASE("an expression goes before classic routes, and is held to its protocols") {
  std::vector<schema::Route> routes(2);
  routes[0].id = "ffff";
  routes[0].hosts = {"shop.test"};
  routes[0].paths = {"/api/v1"};
  routes[1].id = "0000";
  routes[1].expression = R"(http.path ^= "/")";
  const Request request;
  routing::Match match;
  std::vector<std::string> errors;
  CHECK(routing::Router(routes, routing::Flavor::expressions, errors).match(request.query, match));
  CHECK(match.route->id == "0000");
  routes[1].protocols = schema::protocol_http;
  CHECK(routing::Router(routes, routing::Flavor::expressions, errors).match(request.query, match));
  CHECK(match.route->id == "ffff");
}

TEST_CASE("faults of routes are told at the places of their values") {
  const std::string text =
      "_format_version: '3.0'\n"
      "services:\n"
      "- name: s\n"
      "  host: h\n"
      "  routes:\n"
      "  - name: good\n"
      "    expression: http.path == \"/\"\n"
      "  - name: bad\n"
      "    expression: http.path == 80\n"
      "  - name: header\n"
      "    headers: {x-a: ['~*(']}\n";
  schema::Problems problems;
  schema::LoadOptions options;
  options.expressions_flavor = true;
  const auto config = schema::load({{"kong.yml", text, schema::Syntax::yaml}}, problems, options);
  REQUIRE(config != nullptr);
  routing::check_routes(*config, routing::Flavor::expressions, problems);
  REQUIRE(problems.errors() == 2);
  CHECK(problems.all()[0].place.line == 9);
  CHECK(problems.all()[0].place.column == 17);
  CHECK(schema::to_text(problems.all()[0].path) == "services[0].routes[1].expression");
  CHECK(problems.all()[0].what == "column 14: expected a text, found an integer");
  CHECK(problems.all()[1].place.line == 11);
  CHECK(schema::to_text(problems.all()[1].path) == "services[0].routes[2].headers.x-a[0]");
}
