#include "schema/yaml.h"

#include <doctest/doctest.h>

#include <cmath>

#include "schema/emit.h"
#include "schema/report.h"

namespace {

using schema::Kind;

struct Read {
  schema::Problems problems;
  schema::Document document;
  const schema::Value& root() const { return document.root; }
  std::string first() const {
    return problems.all().empty() ? "" : schema::report_line(problems.all()[0], document);
  }
};

Read read(std::string text, schema::ReadLimits limits = {}) {
  Read result;
  result.document = schema::read({{"kong.yml", std::move(text), schema::Syntax::yaml}}, result.problems, limits);
  return result;
}

}  // namespace

TEST_CASE("plain scalars follow YAML 1.1") {
  for (const char* text : {"yes", "Yes", "ON", "true", "TRUE"}) CHECK_MESSAGE(schema::plain_scalar(text).as_boolean(), text);
  for (const char* text : {"no", "Off", "False"}) CHECK_MESSAGE(!schema::plain_scalar(text).as_boolean(), text);
  for (const char* text : {"", "~", "null", "NULL"}) CHECK_MESSAGE(schema::plain_scalar(text).is_null(), text);
  for (const char* text : {"y", "N", "0o17", "2024-01-01", "1.2.3", "127.0.0.1", "::1", "08", "0x", "-", "+", ".", "1e", "--1", "12:75", "10:20:30:40:50:60", "yEs", "nan", "1-2"})
    CHECK_MESSAGE(schema::plain_scalar(text).is_text(), text);
  CHECK(schema::plain_scalar("017").as_integer() == 15);
  CHECK(schema::plain_scalar("0x1F").as_integer() == 31);
  CHECK(schema::plain_scalar("0b101").as_integer() == 5);
  CHECK(schema::plain_scalar("1_000").as_integer() == 1000);
  CHECK(schema::plain_scalar("12:30").as_integer() == 750);
  CHECK(schema::plain_scalar("-9223372036854775808").as_integer() == INT64_MIN);
  CHECK(schema::plain_scalar("-0x10").as_integer() == -16);
  CHECK(schema::plain_scalar("9223372036854775808").kind() == Kind::number);
  CHECK(schema::plain_scalar("1e3").as_number() == 1000);
  CHECK(schema::plain_scalar("-.inf").as_number() == -INFINITY);
  CHECK(std::isnan(schema::plain_scalar(".nan").as_number()));
}

TEST_CASE("quoted scalars are text, whatever they look like") {
  auto it = read("a: '007'\nb: \"yes\"\nc: '~'\nd: \"\"\ne: !!str 12\nf: |\n  1\n");
  REQUIRE(it.problems.all().empty());
  for (const schema::Member& member : it.root().members()) CHECK_MESSAGE(member.value.is_text(), member.name);
  CHECK(it.root().find("a")->as_text() == "007");
  CHECK(it.root().find("d")->as_text().empty());
}

TEST_CASE("every node of a YAML document knows its place") {
  auto it = read("services:\n  - name: a\n    port: 80\n");
  const schema::Member& port = it.root().members()[0].value.items()[0].members()[1];
  CHECK(port.name_place.line == 3);
  CHECK(port.name_place.column == 5);
  CHECK(port.value.place.column == 11);
}

TEST_CASE("a syntax error comes with its line and a caret") {
  auto it = read("a: 1\nb: [1, 2\nc: 3\n");
  REQUIRE(it.problems.any_error());
  CHECK(it.first().find("kong.yml:3:2: YAML: ") == 0);
  CHECK(it.first().ends_with("\n  c: 3\n   ^"));
}

TEST_CASE("a key that stands twice names both places") {
  CHECK(read("a: 1\nb:\n  c: 1\n  d: 2\n  c: 3\n").first() == "kong.yml:5:3: YAML: duplicate key c (the first is on line 3, column 3)");
  std::string wide;
  for (int i = 0; i < 50'000; ++i) wide += "k" + std::to_string(i) + ": 1\n";
  CHECK(read(wide).problems.all().empty());
  CHECK(read(wide + "k7: 2\n").first().find("kong.yml:50001:1: YAML: duplicate key k7 (the first is on line 8, column 1)") == 0);
}

TEST_CASE("anchors, aliases and merge keys") {
  auto it = read("x: &a {k: 1, l: 2}\ny: &b {k: 3, m: 4}\nz:\n  <<: [*a, *b]\n  l: own\nw: *a\n");
  REQUIRE(it.problems.all().empty());
  const schema::Value* z = it.root().find("z");
  CHECK(z->find("l")->as_text() == "own");
  CHECK(z->find("k")->as_integer() == 1);
  CHECK(z->find("m")->as_integer() == 4);
  CHECK(it.root().find("w")->find("l")->as_integer() == 2);
  CHECK(read("z:\n  <<: 3\n").first().find("<< needs a map or a list of maps") != std::string::npos);
  CHECK(read("a: *nowhere\n").problems.any_error());
  CHECK(read("a: &a [*a]\n").problems.any_error());
  CHECK(read("x: {'<<': 1}\n").root().find("x")->find("<<")->as_integer() == 1);
}

TEST_CASE("a repeated merge key is refused, and the list is proposed") {
  auto it = read("a: &a {k: 1}\nb: &b {l: 1}\nc:\n  <<: *a\n  <<: *b\n");
  CHECK(it.first() == "kong.yml:5:3: YAML: << stands twice in one map (write <<: [*a, *b])");
}

TEST_CASE("a billion laughs stay few") {
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string last = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + last;
    for (int k = 0; k < 9; ++k) text += ", " + last;
    text += "]\n";
  }
  CHECK(read(text).first().find("too many values") != std::string::npos);
  std::string merged = "a0: &a0 {x: 1, y: 2}\n";
  for (int i = 1; i < 40; ++i) {
    const std::string last = "*a" + std::to_string(i - 1);
    merged += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " {<<: " + last + ", p" + std::to_string(i) + ": " + last + ", q: " + last + "}\n";
  }
  CHECK(read(merged).first().find("too many values") != std::string::npos);
}

TEST_CASE("a value counts once, however deep it stands") {
  std::string text = "a: ";
  for (int i = 0; i < 40; ++i) text += '[';
  text += "1, 2, 3, 4, 5, 6, 7, 8, 9";
  for (int i = 0; i < 40; ++i) text += ']';
  CHECK(read(text + "\n", {.nodes_max = 60}).problems.all().empty());
  CHECK(read(text + "\n", {.nodes_max = 40}).problems.any_error());
}

TEST_CASE("escapes of one letter are characters, not bytes") {
  CHECK(read("a: \"\\N\\_\\L\\P\\e\"\n").root().find("a")->as_text() == "\xc2\x85\xc2\xa0\xe2\x80\xa8\xe2\x80\xa9\x1b");
}

TEST_CASE("the root must be a map") {
  CHECK(read("word\n").first().find("kong.yml:1:1: the document is a text, expected a map") == 0);
  CHECK(read("- a\n").first().find("the document is a list, expected a map") != std::string::npos);
  CHECK(read("# only a comment\n").first().find("the document is nothing, expected a map") != std::string::npos);
  CHECK(read("a: 1\n---\nb: 2\n").first().find("kong.yml:2:1: YAML: a second document begins") == 0);
  CHECK(read("---\na: 1\n...\n").problems.all().empty());
}

TEST_CASE("nothing of a document is lost silently") {
  // The end-of-transmission octet ends a stream of the library beneath: what follows would be gone.
  CHECK(read("a: 1\n\x04\nb: 2\n").first().find("kong.yml:2:1: a control character") == 0);
  CHECK(read(std::string("a: 1\n\0b: 2\n", 11)).problems.any_error());
  CHECK(read("a: \xff\n").first().find("kong.yml:1:4: the document is not UTF-8") == 0);
  CHECK(read(std::string("\xff\xfe" "a\0:\0", 6)).first().find("save it as UTF-8") != std::string::npos);
  CHECK(read(std::string(200'000, '[')).problems.any_error());
  CHECK(read("a:\n" + std::string(100'000, '-') + "\n").problems.all().empty());
}

TEST_CASE("texts that are written come back as texts") {
  schema::Arena arena;
  std::vector<schema::Value> items;
  for (const char* text :
       {"007", "1e3", "yes", "no", "on", "0x1F", "1_000", "2024-01-01", "~", "null", "", " a", "a ", "a: b", "a #b", "- a", "*a", "&a", "!a", "%a", "@a", "`a", "12:30", ".inf",
        "+1", "y", "=", "<<", "a\nb", "a\tb", "#", "a:", "[a", "{a", "'a", "\"a", "\xc2\x85", "\xe2\x80\xa8", "\xef\xbb\xbf" "a", "\x7f", "\xc3\xa9", "---", "...", "? a", "a\\b",
        "${{ env \"DECK_X\" | toInt }}", "http://a:80/", "~/x", "off", "0o17", "1.5", "\x01"})
    items.push_back(schema::Value::text(text));
  items.push_back(schema::Value::number(INFINITY));
  items.push_back(schema::Value::number(-INFINITY));
  items.push_back(schema::Value::number(1e300));
  items.push_back(schema::Value::integer(INT64_MIN));
  items.push_back(schema::Value::array({}));
  std::vector<schema::Member> members;
  for (schema::Value& item : items)
    if (item.is_text()) members.push_back({item.as_text(), {}, item});
  const std::string long_key(3000, 'k');
  members.push_back({long_key, {}, arena.array(items)});
  members.push_back({"nested", {}, arena.array(std::vector{arena.array(items), arena.object(members)})});
  const schema::Value root = arena.object(members);
  auto again = read(schema::to_yaml_text(root));
  CHECK(again.first() == "");
  CHECK(schema::to_yaml_text(again.root()) == schema::to_yaml_text(root));
  CHECK(schema::to_json_text(again.root()) == schema::to_json_text(root));
}

TEST_CASE("templates may stand in double quotes and in flow lists") {
  auto it = read("a: ${{ env \"DECK_A\" }}\nb: \"${{ env \"DECK_B\" }}\"\nc: [${{ env \"DECK_C\" | toInt }}, x]\nd: \"${{ env \\\"DECK_D\\\" }}\"\ne: '${{ env \"DECK_E\" }}'\n");
  CHECK(it.first() == "");
  CHECK(it.root().find("a")->as_text() == "${{ env \"DECK_A\" }}");
  CHECK(it.root().find("b")->as_text() == "${{ env \"DECK_B\" }}");
  CHECK(it.root().find("c")->items()[0].as_text() == "${{ env \"DECK_C\" | toInt }}");
  CHECK(it.root().find("d")->as_text() == "${{ env \"DECK_D\" }}");
  CHECK(it.root().find("e")->as_text() == "${{ env \"DECK_E\" }}");
  // Found by fuzzing: YAML ends a name where a colon and a blank stand, in a template too.
  CHECK(read("a ${{ env \"B\": c}} \"${{ d }}\n").root().members()[0].value.as_text() == "c}} \"${{ d }}");
  CHECK(read("a [${{b: \"\\\"}}c ${{ d\\\"\"\n").root().members()[0].value.as_text() == "\"}}c ${{ d\"");
  CHECK(read("a: \"\\u0001 ${{ env \"B\" }} \\u0002\"\n").root().find("a")->as_text() == "\x01 ${{ env \"B\" }} \x02");
}
