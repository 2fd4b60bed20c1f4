// valijson, which knows nothing of our loader, judges the printed schema: what we load, it accepts; what is plainly wrong, both refuse.

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include "schema/config.h"
#include "schema/editor_schema.h"
#include "schema/emit.h"
#include "schema/sources.h"

namespace fs = std::filesystem;
using schema::Kind;
using schema::Value;

namespace {

nlohmann::json to_nlohmann(const Value& value) {
  switch (value.kind()) {
    case Kind::null: return nullptr;
    case Kind::boolean: return value.as_boolean();
    case Kind::integer: return value.as_integer();
    case Kind::number: return value.as_number();
    case Kind::text: return std::string(value.as_text());
    case Kind::array: {
      auto list = nlohmann::json::array();
      for (const Value& item : value.items()) list.push_back(to_nlohmann(item));
      return list;
    }
    default: break;
  }
  auto object = nlohmann::json::object();
  for (const schema::Member& member : value.members()) object[std::string(member.name)] = to_nlohmann(member.value);
  return object;
}

class Referee {
 public:
  explicit Referee(const Value& printed) {
    const nlohmann::json document = nlohmann::json::parse(schema::to_json_text(printed));
    valijson::adapters::NlohmannJsonAdapter adapter(document);
    valijson::SchemaParser(valijson::SchemaParser::kDraft7).populateSchema(adapter, schema_);
  }
  // Empty, or the first complaint.
  std::string judge(const Value& root) const {
    const nlohmann::json json = to_nlohmann(root);
    valijson::adapters::NlohmannJsonAdapter target(json);
    valijson::Validator validator;
    valijson::ValidationResults results;
    if (validator.validate(schema_, target, &results)) return "";
    std::string text;
    valijson::ValidationResults::Error error;
    while (results.popError(error)) {
      for (const std::string& step : error.context) text += step;
      text += ": " + error.description + "; ";
    }
    return text;
  }

 private:
  valijson::Schema schema_;
};

const Referee& referee(bool unknown_plugins = false) {
  auto made = [](bool unknown) {
    schema::Arena arena;
    return Referee(schema::editor_schema(arena, {.unknown_plugins = unknown}));
  };
  static const Referee strict = made(false), open = made(true);
  return unknown_plugins ? open : strict;
}

struct Verdicts {
  bool loads = false;
  std::string complaint;  // of the referee
  std::string problem;    // of the loader
};

Verdicts verdicts(std::vector<schema::Source> sources, bool unknown_plugins = false) {
  schema::LoadOptions options;
  options.unknown_plugins = unknown_plugins ? schema::UnknownPlugins::skip : schema::UnknownPlugins::refuse;
  options.accept_described_plugins = true;
  options.environment = [](std::string_view) { return std::optional<std::string>("1"); };
  Verdicts verdicts;
  schema::Problems reading, loading;
  const schema::Document document = schema::read(sources, reading);
  verdicts.complaint = reading.any_error() ? "does not parse" : referee(unknown_plugins).judge(document.root);
  verdicts.loads = schema::load(std::move(sources), loading, options) != nullptr;
  for (const schema::Problem& problem : loading.all())
    if (problem.severity == schema::Severity::error) verdicts.problem += schema::to_text(problem.path) + ": " + problem.what + "; ";
  return verdicts;
}

Verdicts verdicts(const std::string& text) { return verdicts({{"kong.yml", "_format_version: \"3.0\"\n" + text, schema::Syntax::yaml}}); }

std::vector<fs::path> files_below(const fs::path& folder) {
  std::error_code error;
  return schema::configuration_files(folder, error);
}

// Every single file that loads; returns how many.
size_t check_files(const fs::path& folder) {
  size_t loaded = 0;
  for (const fs::path& file : files_below(folder)) {
    schema::Problems problems;
    auto sources = schema::open_sources({file.string()}, problems);
    if (sources.empty()) continue;
    Verdicts both = verdicts(sources);
    if (!both.loads) both = verdicts(std::move(sources), true);
    if (!both.loads) continue;
    ++loaded;
    INFO(file.string());
    CHECK(both.complaint == "");
  }
  return loaded;
}

}  // namespace

TEST_CASE("the printed schema accepts every example") { CHECK(check_files("examples") >= 1); }

TEST_CASE("the printed schema accepts every public file that loads") {
  for (const char* name : {"real", "deck"}) {
    const fs::path folder = fs::path("../shared/corpus") / name;
    if (!fs::exists(folder)) {
      MESSAGE("skipped: " << folder.string() << " is not there");
      continue;
    }
    const size_t loaded = check_files(folder);
    MESSAGE(folder.string() << ": " << loaded << " files load");
    CHECK(loaded > 50);
  }
}

TEST_CASE("both accept what is special to this format") {
  for (const char* text : {
           "services: []\n",
           "services:\n",
           "services: [{name: a, url: 'http://a/', _comment: a remark, routes: [{paths: [/a], plugins: [{name: key-auth}]}]}]\n",
           "services: [{name: a, host: a, port: '${{ env \"DECK_PORT\" | toInt }}', enabled: '${{ env \"DECK_ON\" | toBool }}'}]\n",
           "services: [{name: a, host: a, retries: null, path: null, tags: null}]\n",
           "services: [{name: a, host: a}]\nroutes: [{paths: [/a], service: a}, {paths: [/b], service: {name: a}}]\n",
           "plugins: [{name: cors, config: []}, {name: rate-limiting, config: {minute: 5, redis_host: '127.0.0.1'}}]\n",
           "_plugin_configs: {limits: {minute: 5}}\nplugins: [{name: rate-limiting, _config: limits}]\n",
           "_plugin_configs: {log: {path: /dev/null}}\nplugins: [{name: file-log, _config: log}]\n",
           "_info: {select_tags: [team], defaults: {route: {strip_path: false}}}\nservices: [{name: a, host: a, routes: [{paths: [/a]}]}]\n",
           "consumers: [{username: bob, keyauth_credentials: [{key: abc}], acls: [{group: g}]}]\nkeyauth_credentials: [{consumer: bob, key: def}]\n",
           "upstreams: [{name: u, targets: [{target: '127.0.0.1:80'}], healthchecks: {active: {type: http}}}]\n",
           "vaults: [{name: env, prefix: my-env, config: {prefix: A_}}]\n",
           "routes: [{paths: [~/a.*$], https_redirect_status_code: 301, headers: {x-a: [b]}}]\n",
       }) {
    const Verdicts both = verdicts(std::string(text));
    INFO(std::string(text));
    CHECK(both.problem == "");
    CHECK(both.complaint == "");
  }
}

TEST_CASE("both refuse what is plainly wrong") {
  for (const char* text : {
           "servces: []\n",
           "services: {}\n",
           "services: [a]\n",
           "services: [{name: a}]\n",
           "services: [{host: a, retreis: 3}]\n",
           "services: [{host: a, port: '80'}]\n",
           "services: [{host: a, port: 70000}]\n",
           "services: [{host: a, port: null}]\n",
           "services: [{host: ''}]\n",
           "services: [{host: a, protocol: htp}]\n",
           "services: [{host: a, path: a}]\n",
           "services: [{host: a, enabled: 1}]\n",
           "services: [{host: a, tags: a}]\n",
           "services: [{host: a, id: 17}]\n",
           "services: [{host: a, id: abc}]\n",
           "services: [{host: a, routes: [{path: /a}]}]\n",
           "services: [{host: a, plugins: [{name: key-auth, config: {key_name: a}}]}]\n",
           "routes: [{methods: [get]}]\n",
           "routes: [{paths: [a]}]\n",
           "routes: [{paths: [/a//b]}]\n",
           "routes: [{paths: [/a], protocols: []}]\n",
           "routes: [{paths: [/a], protocols: [gopher]}]\n",
           "routes: [{expression: 'http.path == \"/a\"'}]\n",
           "routes: [{paths: [/a], https_redirect_status_code: 303}]\n",
           "routes: [{paths: [/a], headers: {host: [a]}}]\n",
           "routes: [{paths: [/a], sources: [{ip: '127.0.0.1', prot: 1}]}]\n",
           "plugins: [{config: {}}]\n",
           "plugins: [{name: key-oath}]\n",
           "plugins: [{name: key-auth, config: null}]\n",
           "plugins: [{name: key-auth, config: {key_names: apikey}}]\n",
           "plugins: [{name: cors, config: {methods: [FETCH]}}]\n",
           "plugins: [{name: file-log}]\n",
           "plugins: [{name: file-log, config: {}}]\n",
           "plugins: [{name: rate-limiting, config: {minute: 5, policy: cluster}}]\n",
           "plugins: [{name: rate-limiting, config: {minute: 0}}]\n",
           "plugins: [{name: rate-limiting, config: {minute: 5, redis: {prot: 1}}}]\n",
           "consumers: [{username: bob, acls: [{}]}]\n",
           "acls: [{group: g}]\n",
           "upstreams: [{name: u, healthchecks: {active: {type: ftp}}}]\n",
           "upstreams: [{name: u, slots: 5}]\n",
           "upstreams: [{name: u, targets: [{weight: 1}]}]\n",
           "certificates: [{cert: a}]\n",
           "vaults: [{name: file, prefix: my}]\n",
           "vaults: [{name: env, prefix: my, config: {prefx: A_}}]\n",
           "filter_chains: [{filters: []}]\n",
           "_transform: 1\n",
           "_ignore: a\n",
       }) {
    const Verdicts both = verdicts(std::string(text));
    INFO(std::string(text));
    CHECK_FALSE(both.loads);
    CHECK(both.complaint != "");
  }
  CHECK(referee().judge(Value::object({})) != "");
}

TEST_CASE("one entity or one plugin has a schema of its own") {
  schema::Arena arena;
  CHECK(schema::editor_schema_of("nothing", arena).is_null());
  for (std::string_view name : schema::editor_schema_names()) {
    INFO(name);
    const Value printed = schema::editor_schema_of(name, arena);
    REQUIRE(printed.is_object());
    CHECK_NOTHROW(Referee{printed});
  }
  CHECK(schema::editor_schema_of("route", arena).is_object());
  const Referee limits(schema::editor_schema_of("file-log", arena));
  schema::Problems problems;
  auto judged = [&](const char* text) { return limits.judge(schema::read({{"a", text, schema::Syntax::yaml}}, problems).root); };
  CHECK(judged("path: /dev/null") == "");
  CHECK(judged("reopen: true") != "");
}

TEST_CASE("routes of the other router flavor have fields of their own") {
  schema::Arena arena;
  const Referee open(schema::editor_schema(arena, {.expressions_flavor = true}));
  schema::Problems problems;
  CHECK(open.judge(schema::read({{"a", "_format_version: '3.0'\nroutes: [{expression: a, priority: 5}]", schema::Syntax::yaml}}, problems).root) == "");
}

TEST_CASE("a plugin of somebody else may be allowed") {
  schema::Problems problems;
  auto judged = [&](const char* text) { return referee(true).judge(schema::read({{"a", text, schema::Syntax::yaml}}, problems).root); };
  CHECK(judged("_format_version: '3.0'\nplugins: [{name: ours, config: {a: 1}, version: 2}]") == "");
  CHECK(judged("_format_version: '3.0'\nplugins: [{name: key-auth, version: 2}]") != "");
  CHECK(judged("_format_version: '3.0'\nplugins: [{name: key-auth, config: {a: 1}}]") != "");
}
