#include "schema/report.h"

#include <doctest/doctest.h>

#include "schema/json.h"
#include "schema/uuid.h"

namespace {

schema::Document document() {
  schema::Document result;
  result.files = {"kong.yml", "a,b:100% c.yml"};
  return result;
}

schema::Problems problems() {
  schema::Problems result;
  result.add({.place = {41, 9, 0},
              .path = {std::string("services"), size_t{3}, std::string("routes"), size_t{0}, std::string("strip_pth")},
              .what = "unknown field",
              .hint = "did you mean strip_path?",
              .entity_type = "route"});
  result.add({.severity = schema::Severity::warning, .place = {2, 1, 1}, .what = "old\nand \"quoted\" \xff"});
  result.add({.what = "nowhere"});
  return result;
}

// The text is one JSON document.
schema::Value parsed(const std::string& text, schema::Document& holder) {
  schema::Problems faults;
  holder = schema::read({{"report", text, schema::Syntax::json}}, faults);
  CHECK_MESSAGE(faults.all().empty(), text);
  return holder.root;
}

}  // namespace

TEST_CASE("a problem is one line with its place, path and hint") {
  const std::string text = schema::report(problems(), document(), schema::Format::text);
  CHECK(text.find("kong.yml:41:9: services[3].routes[0].strip_pth: unknown field (did you mean strip_path?)\n") == 0);
  CHECK(text.find("\na,b:100% c.yml:2:1: warning: old") != std::string::npos);
  CHECK(text.ends_with("\nnowhere\n"));
}

TEST_CASE("the JSON report is one document, whatever stands in the messages") {
  schema::Document holder;
  const schema::Value root = parsed(schema::report(problems(), document(), schema::Format::json), holder);
  CHECK(root.find("errors")->as_integer() == 2);
  const auto list = root.find("problems")->items();
  REQUIRE(list.size() == 3);
  CHECK(list[0].find("path")->as_text() == "services[3].routes[0].strip_pth");
  CHECK(list[0].find("line")->as_integer() == 41);
  CHECK(list[1].find("what")->as_text() == "old\nand \"quoted\" \xef\xbf\xbd");
  CHECK(list[2].find("file")->is_null());
}

TEST_CASE("SARIF carries version, level and location") {
  schema::Document holder;
  const schema::Value root = parsed(schema::report(problems(), document(), schema::Format::sarif), holder);
  CHECK(root.find("version")->as_text() == "2.1.0");
  const auto results = root.find("runs")->items()[0].find("results")->items();
  REQUIRE(results.size() == 3);
  const schema::Value* location = results[1].find("locations")->items()[0].find("physicalLocation");
  CHECK(location->find("artifactLocation")->find("uri")->as_text() == "a,b:100%25%20c.yml");
  CHECK(location->find("region")->find("startLine")->as_integer() == 2);
  CHECK(results[0].find("level")->as_text() == "error");
  CHECK(results[2].find("locations") == nullptr);
}

TEST_CASE("GitHub annotations escape what would end them") {
  const std::string text = schema::report(problems(), document(), schema::Format::github);
  CHECK(text.find("::error file=kong.yml,line=41,col=9::services[3].routes[0].strip_pth: unknown field (did you mean strip_path?)\n") == 0);
  CHECK(text.find("\n::warning file=a%2Cb%3A100%25 c.yml,line=2,col=1::old%0Aand") != std::string::npos);
  CHECK(text.ends_with("\n::error::nowhere\n"));
}

TEST_CASE("problems are sorted by file, line and column") {
  schema::Problems mixed;
  for (schema::Place place : {schema::Place{2, 1, 1}, schema::Place{9, 1, 0}, schema::Place{3, 7, 0}, schema::Place{3, 2, 0}}) mixed.add({.place = place, .what = "x"});
  mixed.sort();
  CHECK(mixed.all()[0].place.column == 2);
  CHECK(mixed.all()[2].place.line == 9);
  CHECK(mixed.all()[3].place.file == 1);
}

TEST_CASE("ids and hashes have their known values") {
  const std::string services = schema::uuid5("fd02801f-0957-4a15-a55a-c8d9606f30b5", "services");
  CHECK(schema::uuid5(services, "my-service") == "0855b320-0dd2-547d-891d-601e9b38647f");
  CHECK(schema::md5_hex("abc") == "900150983cd24fb0d6963f7d28e17f72");
  const std::string random = schema::uuid4();
  CHECK(schema::is_uuid(random));
  CHECK(random[14] == '4');
  CHECK(random != schema::uuid4());
  CHECK(!schema::is_uuid("0855b320-0dd2-547d-891d-601e9b38647"));
  CHECK(!schema::is_uuid("0855b320x0dd2-547d-891d-601e9b38647f"));
}
