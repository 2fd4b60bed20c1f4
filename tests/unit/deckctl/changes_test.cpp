#include "deckctl/changes/render.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "deckctl/nodes/wanted.h"
#include "schema/digest.h"

using deckctl::Changes;

namespace {

std::unique_ptr<const schema::Config> load(const std::string& text, const std::string& variable = "from-env") {
  schema::Problems problems;
  schema::LoadOptions options;
  options.accept_described_plugins = true;
  options.environment = [&](std::string_view) { return std::optional<std::string>(variable); };
  auto config = schema::load({{"kong.yml", "_format_version: \"3.0\"\n" + text, schema::Syntax::yaml}}, problems, options);
  for (const schema::Problem& problem : problems.all()) INFO(problem.what);
  REQUIRE(config != nullptr);
  return config;
}

Changes between(const std::string& from, const std::string& to) {
  const auto before = load(from), after = load(to);
  return deckctl::changes_between(*before, *after, after->document.files);
}

std::string all_forms(const Changes& changes) {
  return deckctl::to_text({changes}, true) + deckctl::to_json({changes}, {}) + deckctl::to_markdown({changes}, 100);
}

std::string services(size_t count, const std::string& host) {
  std::string text = "services:\n";
  for (size_t i = 0; i < count; ++i) text += "  - {name: s" + std::to_string(i) + ", host: " + host + "}\n";
  return text;
}

schema::LoadOptions options() {
  schema::LoadOptions options;
  options.environment = [](std::string_view) { return std::optional<std::string>(); };
  return options;
}

constexpr const char* with_secrets = R"(
consumers:
  - username: ann
    keyauth_credentials: [{key: "KEY"}]
    basicauth_credentials: [{username: ann, password: PASSWORD}]
    hmacauth_credentials: [{username: ann, secret: HMAC}]
    jwt_secrets: [{key: issuer, secret: JWT}]
plugins:
  - {name: rate-limiting, config: {minute: 5, policy: local, redis: {password: REDIS}}}
  - {name: http-log, config: {http_endpoint: "http://log.internal", headers: {x-key: LOG}}}
)";

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) text.replace(at, from.size(), to);
  return text;
}

}  // namespace

TEST_CASE("changes are told by entity and field, and counted") {
  const Changes changes = between("services: [{name: a, host: one}, {name: b, host: b}]\n", "services: [{name: a, host: two}, {name: c, host: c}]\n");
  CHECK(deckctl::to_text({changes}, false) ==
        "deleting service b\nupdating service a\n-  host: \"one\"\n+  host: \"two\"\ncreating service c\n+  name: \"c\"\n+  host: \"c\"\n\n"
        "Summary:\n  Created: 1\n  Updated: 1\n  Deleted: 1\n");
  CHECK(deckctl::counts_of(changes) == "3 changes: 1 created, 1 updated, 1 deleted");
}

TEST_CASE("no secret is in any form of output, old or new, created, changed or deleted") {
  const std::string none = "services: []\n";
  const std::string other = replaced(replaced(replaced(with_secrets, "PASSWORD", "PASSWORD2"), "HMAC", "HMAC2"), "JWT", "JWT2");
  const std::string another = replaced(replaced(replaced(other, "REDIS", "REDIS2"), "LOG", "LOG2"), "KEY", "KEY2");
  for (const auto& [from, to] : {std::pair(none, std::string(with_secrets)), std::pair(std::string(with_secrets), none), std::pair(std::string(with_secrets), another)}) {
    const std::string shown = all_forms(between(from, to));
    CHECK(shown.find("******") != std::string::npos);
    for (const char* secret : {"KEY", "PASSWORD", "HMAC", "JWT", "REDIS", "LOG"}) CHECK_MESSAGE(shown.find(secret) == std::string::npos, secret);
  }
}

TEST_CASE("a value from the environment is masked on both sides, also where it did not change") {
  constexpr const char* text = R"(plugins: [{name: request-transformer, config: {add: {headers: ['x-a:${{ env "DECK_A" }}', 'x-b:1']}, http_method: GET}}]
)";
  const auto source = load(text);
  for (const char* on_node : {"x-a:from-env", "x-a:from-before"}) {
    const auto node = load("plugins: [{name: request-transformer, config: {add: {headers: ['" + std::string(on_node) + "', 'x-b:1']}}}]\n");
    const Changes changes = deckctl::changes_between(*node, *source, source->document.files);
    REQUIRE(changes.list.size() == 1);
    const std::string shown = all_forms(changes);
    CHECK(shown.find("from-env") == std::string::npos);
    CHECK(shown.find("from-before") == std::string::npos);
    CHECK(shown.find("config.http_method") != std::string::npos);
  }
}

TEST_CASE("the JSON report has decK's keys, fields and places") {
  const Changes changes = between("services: [{name: a, host: one}]\n", "services: [{name: a, host: two}]\n");
  const auto report = nlohmann::json::parse(deckctl::to_json({changes}, {"node-1: cannot connect"}));
  const auto& change = report["changes"]["updating"][0];
  CHECK(change["name"] == "a");
  CHECK(change["kind"] == "service");
  CHECK(change["body"]["old"]["host"] == "one");
  CHECK(change["body"]["new"]["host"] == "two");
  CHECK(change["fields"][0] == nlohmann::json{{"path", "host"}, {"old", "one"}, {"new", "two"}, {"secret", false}});
  CHECK(change["place"] == "kong.yml:2:19");
  CHECK(report["summary"] == nlohmann::json{{"creating", 0}, {"updating", 1}, {"deleting", 0}, {"total", 1}});
  CHECK(report["errors"][0] == "node-1: cannot connect");
}

TEST_CASE("Markdown of a huge change stays readable and says how much more there is") {
  const Changes changes = between(services(3000, "one"), services(3000, "two"));
  const std::string few = deckctl::to_markdown({changes}, 10);
  CHECK(few.find("**3000 changes: 0 created, 3000 updated, 0 deleted**") != std::string::npos);
  CHECK(few.find("and 2990 more") != std::string::npos);
  CHECK(deckctl::to_markdown({changes}, 100000).size() < 65536);
  std::string scripts = "plugins:\n  - {name: cors, config: {origins: [\"";
  for (int i = 0; i < 5000; ++i) scripts += "0123456789";
  CHECK(deckctl::to_markdown({between("services: []\n", scripts + "\"]}}\n")}, 10).size() < 2000);
}

TEST_CASE("Markdown takes names for names") {
  const std::string shown = deckctl::to_markdown({between("services: []\n", "consumers: [{username: 'a|b`c<d>', custom_id: '```'}]\n")}, 10);
  CHECK(shown.find("a\\|b\\`c\\<d\\>") != std::string::npos);
  CHECK(shown.find("\n````diff\n") != std::string::npos);
}

TEST_CASE("a long value is cut to what differs") {
  const std::string long_text(1000, 'x');
  const Changes changes = between("services: [{name: a, host: h, path: /" + long_text + "1}]\n", "services: [{name: a, host: h, path: /" + long_text + "2}]\n");
  const auto lines = deckctl::lines_of(changes.list[0]);
  REQUIRE(lines.size() == 3);
  CHECK(lines[1].size() < 200);
  CHECK(lines[1].ends_with("x1\""));
  CHECK(lines[2].ends_with("x2\""));
}

TEST_CASE("the same source gives the same text to send, whatever ids are made at a load") {
  const std::string text = std::string(with_secrets).substr(0, std::string(with_secrets).find("  - {name: http-log")) +
                           "services:\n  - {host: nameless, routes: [{paths: [/a]}, {paths: [/b]}]}\n  - {host: nameless}\n";
  const auto one = load(text), two = load(text);
  std::string wrong;
  const auto first = deckctl::wanted_of(*one, options(), wrong), second = deckctl::wanted_of(*two, options(), wrong);
  REQUIRE_MESSAGE(first != nullptr, wrong);
  CHECK(first->text == second->text);
  CHECK(first->hash == second->hash);
  CHECK(schema::digest(*first->config) == schema::digest(*one));
}

TEST_CASE("vault references are for the node: what they lead to here is not sent") {
  const auto source = load("plugins: [{name: rate-limiting, config: {minute: 1, policy: local, redis: {password: '{vault://env/redis-password}'}}}]\n");
  std::string wrong;
  const auto wanted = deckctl::wanted_of(*source, options(), wrong);
  REQUIRE_MESSAGE(wanted != nullptr, wrong);
  CHECK(wanted->text.find("{vault://env/redis-password}") != std::string::npos);
  CHECK(wanted->text.find("from-env") == std::string::npos);
  const auto node = load("plugins: [{name: rate-limiting, config: {minute: 1, policy: local, redis: {password: plain-text}}}]\n");
  const std::string shown = all_forms(deckctl::changes_between(*node, *wanted->config, source->document.files));
  CHECK(shown.find("from-env") == std::string::npos);
  CHECK(shown.find("plain-text") == std::string::npos);
}

TEST_CASE("a template is filled in here, and what it gives is sent") {
  const auto source = load("consumers: [{username: ann, keyauth_credentials: [{key: '${{ env \"DECK_KEY\" }}'}]}]\n");
  std::string wrong;
  const auto wanted = deckctl::wanted_of(*source, options(), wrong);
  REQUIRE_MESSAGE(wanted != nullptr, wrong);
  CHECK(wanted->text.find("\"from-env\"") != std::string::npos);
}

TEST_CASE("a source with tags replaces only what has them") {
  const auto node = load("services: [{name: ours, host: old, tags: [a, b]}, {name: half, host: h, tags: [a]}, {name: theirs, host: h, routes: [{name: r, paths: [/r]}]}]\n");
  const auto source = load("services: [{name: new, host: h, tags: [x]}]\n");
  std::string wrong;
  const auto wanted = deckctl::wanted_of(*source, {"a", "b"}, *node, options(), wrong);
  REQUIRE_MESSAGE(wanted != nullptr, wrong);
  CHECK(wanted->config->find("services", "ours") == nullptr);
  CHECK(wanted->config->find("services", "half") != nullptr);
  CHECK(wanted->config->routes.size() == 1);
  const Changes changes = deckctl::changes_between(*node, *wanted->config, source->document.files);
  CHECK(deckctl::counts_of(changes) == "2 changes: 1 created, 0 updated, 1 deleted");
  CHECK(deckctl::to_text({changes}, false).find("+  tags: [\"x\",\"a\",\"b\"]") != std::string::npos);
  const auto clash = load("services: [{name: theirs, host: h}]\n");
  CHECK(deckctl::wanted_of(*clash, {"a"}, *node, options(), wrong) == nullptr);
  CHECK(wrong.find("already declared") != std::string::npos);
}

TEST_CASE("tags of the source and of the command line must agree") {
  std::vector<std::string> tags;
  const auto tagged = load("_info: {select_tags: [a, b]}\nservices: [{name: s, host: h}]\n"), plain = load("services: [{name: s, host: h}]\n");
  CHECK(deckctl::select_tags(*tagged, {}, tags));
  CHECK(tags == std::vector<std::string>{"a", "b"});
  CHECK(deckctl::select_tags(*tagged, {"b", "a"}, tags));
  CHECK_FALSE(deckctl::select_tags(*tagged, {"a"}, tags));
  CHECK(deckctl::select_tags(*plain, {"c"}, tags));
  CHECK(tags == std::vector<std::string>{"c"});
}

TEST_CASE("an empty source and a masked one are unfit to be sent") {
  CHECK_FALSE(deckctl::why_unfit(*load("services: []\n")).empty());
  CHECK_FALSE(deckctl::why_unfit(*load("consumers: [{username: ann, keyauth_credentials: [{key: '******'}]}]\n")).empty());
  CHECK_FALSE(deckctl::why_unfit(*load("plugins: [{name: rate-limiting, config: {minute: 1, policy: local, redis: {password: '******'}}}]\n")).empty());
  CHECK(deckctl::why_unfit(*load(with_secrets)).empty());
}
