#include <doctest/doctest.h>

#include "schema/document.h"
#include "schema/emit.h"
#include "schema/report.h"

namespace {

struct Filled {
  schema::Problems problems;
  schema::Document document;
  schema::Value* find(std::string_view name) const { return document.root.find(name); }
  const schema::Value& root(std::string_view name) const { return *document.root.find(name); }
  std::string report() const { return schema::report(problems, document, schema::Format::text); }
};

std::optional<std::string> variable(std::string_view name) {
  if (name == "DECK_HOST") return "shop.test: [x]";
  if (name == "DECK_PORT") return "8080";
  if (name == "DECK_BIG") return "99999999999999999999";
  if (name == "DECK_YES") return "T";
  if (name == "DECK_RATE") return "0.5";
  if (name == "DECK_EMPTY") return "";
  if (name == "DECK_PEM") return "one\ntwo\n\nthree";
  if (name == "DECK_NESTED") return "${{ env \"DECK_PORT\" }}";
  if (name == "HOME") return "/root";
  return std::nullopt;
}

Filled fill(std::string text) {
  Filled result;
  result.document = schema::read({{"kong.yml", std::move(text), schema::Syntax::yaml}}, result.problems);
  schema::fill_templates(result.document, variable, result.problems);
  return result;
}

}  // namespace

TEST_CASE("a variable is filled into its scalar and never changes the structure") {
  auto it = fill("host: ${{ env \"DECK_HOST\" }}\nmixed: a-${{ env \"DECK_PORT\" }}-${{env `DECK_PORT`}}\nempty: ${{ env \"DECK_EMPTY\" }}\nplain: $x\n");
  CHECK(it.report() == "");
  CHECK(it.find("host")->as_text() == "shop.test: [x]");
  CHECK(it.find("host")->from_secret);
  CHECK(it.find("host")->place.column == 7);
  CHECK(it.find("mixed")->as_text() == "a-8080-8080");
  CHECK(it.find("empty")->as_text().empty());
  CHECK(!it.find("plain")->from_secret);
}

TEST_CASE("a filter gives a typed value when it is the whole scalar") {
  auto it = fill("i: ${{ env \"DECK_PORT\" | toInt }}\nb: ${{ env \"DECK_YES\" | toBool }}\nf: ${{ env \"DECK_RATE\" | toFloat }}\nm: p${{ env \"DECK_PORT\" | toInt }}\n");
  CHECK(it.report() == "");
  CHECK(it.find("i")->as_integer() == 8080);
  CHECK(it.find("i")->from_secret);
  CHECK(it.find("b")->as_boolean());
  CHECK(it.find("f")->as_number() == 0.5);
  CHECK(it.find("m")->as_text() == "p8080");
}

TEST_CASE("indent gives the text that decK gives, which fills in before it parses") {
  // Every line goes to the column of the block: none is indented in the end.
  CHECK(fill("cert: |\n  ${{ env \"DECK_PEM\" | indent 2 }}\n").find("cert")->as_text() == "one\ntwo\n\nthree\n");
  CHECK(fill("a:\n  cert: |-\n\n      ${{ env \"DECK_PEM\" | indent 6 }}\n").root("a").find("cert")->as_text() == "\none\ntwo\n\nthree");
  // What goes beyond that column is part of the text.
  CHECK(fill("cert: |\n  ${{ env \"DECK_PEM\" | indent 4 }}\n").find("cert")->as_text() == "one\n  two\n  \n  three\n");
  // There are no columns in quotes.
  CHECK(fill("cert: '${{ env \"DECK_PEM\" | indent 4 }}'\n").find("cert")->as_text() == "one\ntwo\n\nthree");
}

TEST_CASE("what cannot be filled is a problem at its place that shows no secret") {
  const std::pair<const char*, const char*> cases[] = {
      {"${{ env \"DECK_NONE\" }}", "environment variable DECK_NONE is not set"},
      {"${{ env \"HOME\" }}", "environment variable HOME must start with DECK_"},
      {"${{ env \"DECK_HOST\" | toInt }}", "environment variable DECK_HOST is not an integer"},
      {"${{ env \"DECK_BIG\" | toInt }}", "environment variable DECK_BIG is not an integer"},
      {"${{ env \"DECK_PORT\" | toBool }}", "environment variable DECK_PORT is not a boolean"},
      {"${{ env \"DECK_HOST\" | toFloat }}", "environment variable DECK_HOST is not a number"},
      {"${{ env \"DECK_PORT\" | toUpper }}", "unknown filter toUpper"},
      {"${{ env \"DECK_PORT\" | indent }}", "indent needs a number of blanks"},
      {"${{ env \"DECK_PORT\" | indent 99999999 }}", "indent needs a number of blanks"},
      {"${{ if x }}", "unknown template if x"},
      {"${{ env \"DECK_PORT\"", "${{ without }}"},
  };
  for (const auto& [text, message] : cases) {
    auto it = fill("services:\n  - host: '" + std::string(text) + "'\n");
    CHECK_MESSAGE(it.report().find("kong.yml:2:11: services[0].host: " + std::string(message)) == 0, it.report());
    CHECK(it.report().find("shop.test") == std::string::npos);
    CHECK(it.report().find("8080") == std::string::npos);
  }
  CHECK(fill("${{ env `DECK_PORT` }}: 1\n").report().find("kong.yml:1:1: a template may stand in a value, not in a name") == 0);
}

TEST_CASE("what a variable holds is never a template, also where an alias shares it") {
  auto it = fill("a: &a [\"${{ env \\\"DECK_NESTED\\\" }}\"]\nb: *a\nc: *a\n");
  CHECK(it.report() == "");
  CHECK(it.find("c")->items()[0].as_text() == "${{ env \"DECK_PORT\" }}");
  // One fault, told once.
  CHECK(fill("a: &a ['${{ env \"DECK_NONE\" }}']\nb: *a\n").problems.errors() == 1);
}

TEST_CASE("the marks themselves are written as a text in a template") {
  auto it = fill("a: ${{ `${{` }} x }}\n");
  CHECK(it.report() == "");
  CHECK(it.find("a")->as_text() == "${{ x }}");
  CHECK(!it.find("a")->from_secret);
}
