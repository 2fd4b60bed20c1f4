#include "schema/json.h"

#include <doctest/doctest.h>

#include "schema/emit.h"
#include "schema/report.h"

namespace {

struct Read {
  schema::Problems problems;
  schema::Document document;
  const schema::Value& root() const { return document.root; }
  std::string first() const {
    return problems.all().empty() ? "" : schema::report_line(problems.all()[0], document);
  }
};

Read read(std::string text, schema::Syntax syntax = schema::Syntax::json, schema::ReadLimits limits = {}) {
  Read result;
  result.document = schema::read({{"kong.json", std::move(text), syntax}}, result.problems, limits);
  return result;
}

}  // namespace

TEST_CASE("every node of a JSON document knows its place") {
  auto it = read("{\n  \"services\": [\n    {\"name\": \"a\"}\n  ]\n}");
  REQUIRE(it.problems.all().empty());
  const schema::Value& name = it.root().members()[0].value.items()[0].members()[0].value;
  CHECK(name.place.line == 3);
  CHECK(name.place.column == 14);
  CHECK(it.root().members()[0].name_place.column == 3);
}

TEST_CASE("escapes and surrogate pairs become UTF-8") {
  auto it = read(R"({"a": "\ud83d\ude00 \u00e9 \n \/"})");
  REQUIRE(it.problems.all().empty());
  CHECK(it.root().find("a")->as_text() == "\xf0\x9f\x98\x80 \xc3\xa9 \n /");
  CHECK(read(R"({"a": "\ud83d"})").problems.any_error());
  CHECK(read(R"({"a": "\ude00"})").problems.any_error());
  CHECK(read(R"({"a": "\ud83d\u0041"})").problems.any_error());
}

TEST_CASE("integers keep their digits, larger ones become doubles, endless ones are refused") {
  auto it = read(R"({"a": 9223372036854775807, "b": -9223372036854775808, "c": 9223372036854775808, "d": 1e2, "e": 1e-400})");
  REQUIRE(it.problems.all().empty());
  CHECK(it.root().find("a")->as_integer() == INT64_MAX);
  CHECK(it.root().find("b")->as_integer() == INT64_MIN);
  CHECK(it.root().find("c")->kind() == schema::Kind::number);
  CHECK(it.root().find("d")->as_number() == 100);
  CHECK(it.root().find("e")->as_number() == 0);
  CHECK(read(R"({"a": 1e400})").first().find("kong.json:1:7: JSON: the number is too large") == 0);
}

TEST_CASE("what RFC 8259 does not allow is refused") {
  for (const char* text : {"{\"a\":1,}", "{\"a\":01}", "{'a':1}", "{\"a\":.5}", "{\"a\":1.}", "{\"a\":+1}", "{\"a\":\"\t\"}", "{\"a\":NaN}", "{\"a\":1} x",
                           "{\"a\"", "{\"a\":\"\\x\"}", "{\"a\":tru}", "[1,]", "// no\n{}", "{\"a\":\"\\u12g4\"}", "{\"a\":\"b"})
    CHECK_MESSAGE(read(text).problems.any_error(), text);
}

TEST_CASE("a duplicate member names both places") {
  CHECK(read("{\"a\": 1,\n \"b\": 2,\n \"a\": 3}").first().find("kong.json:3:2: JSON: duplicate member a (the first is on line 1, column 2)") == 0);
  std::string wide = "{";
  for (int i = 0; i < 5000; ++i) wide += "\"k" + std::to_string(i) + "\": 1,\n";
  CHECK(read(wide + "\"k4000\": 2}").first().find("duplicate member k4000 (the first is on line 4001, column 1)") != std::string::npos);
  CHECK(read(wide + "\"k\": 2}").problems.all().empty());
}

TEST_CASE("a syntax error comes with its line and a caret") {
  CHECK(read("{\n  \"name\": oops\n}").first() == "kong.json:2:11: JSON: unexpected text\n    \"name\": oops\n            ^");
  // The caret counts characters, not bytes.
  CHECK(read("{\"\xc3\xa9\xc3\xa9\": oops}").first() == "kong.json:1:10: JSON: unexpected text\n  {\"\xc3\xa9\xc3\xa9\": oops}\n         ^");
}

TEST_CASE("depth, values and bytes are limited") {
  CHECK(read(std::string(100'000, '[')).first().find("nested too deeply") != std::string::npos);
  CHECK(read("{\"a\":[1,2,3,4,5]}", schema::Syntax::json, {.nodes_max = 5}).first().find("too many values") != std::string::npos);
  CHECK(read("{\"a\":[1,2,3,4,5]}", schema::Syntax::json, {.bytes_max = 5}).first().find("kong.json: the document is larger than 5 bytes") == 0);
}

TEST_CASE("a byte order mark is skipped, anything but UTF-8 is refused with its place") {
  CHECK(read("\xef\xbb\xbf{\"a\": 1}").problems.all().empty());
  CHECK(read("\xef\xbb\xbf{\"a\": 1}", schema::Syntax::detect).problems.all().empty());
  CHECK(read("{\"a\":\n \"\xff\"}").first().find("kong.json:2:3: the document is not UTF-8") == 0);
  for (const char* bad : {"\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82", "\x80"})
    CHECK_MESSAGE(read("{\"a\": \"" + std::string(bad) + "\"}").problems.any_error(), bad);
}

TEST_CASE("text of either kind is recognised") {
  CHECK(read(" {\"a\": 1}", schema::Syntax::detect).problems.all().empty());
  CHECK(read("{a: 1, b: [yes]}", schema::Syntax::detect).problems.all().empty());
  CHECK(read("a: 1", schema::Syntax::detect).problems.all().empty());
  // Refused as both, the reader that came further has the word.
  CHECK(read("{a: 1,\n b: 2,\n a: 3}", schema::Syntax::detect).first().find("kong.json:3:2: YAML: duplicate key a") == 0);
  CHECK(read("{\"a\": 1,\n \"b\" oops}", schema::Syntax::detect).first().find("JSON: expected :") != std::string::npos);
}

TEST_CASE("JSON that is written reads as the same tree") {
  const std::string text = R"({"a":[1,-2,0.5,1e+20,true,null,"x\"\\\u0001\n"],"b":{},"c":[],"é":"\ud83d\ude00"})";
  auto once = read(text);
  REQUIRE(once.problems.all().empty());
  for (int indent : {0, 2}) {
    auto again = read(schema::to_json_text(once.root(), indent));
    REQUIRE(again.problems.all().empty());
    CHECK(schema::to_json_text(again.root()) == schema::to_json_text(once.root()));
  }
}
