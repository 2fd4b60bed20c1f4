#include "schema/masked.h"

#include <doctest/doctest.h>

#include "schema/config.h"
#include "schema/dump.h"
#include "schema/report.h"

namespace {

std::optional<std::string> variable(std::string_view name) {
  if (name == "DECK_SECRET") return "s3cr3t";
  if (name == "DECK_PATH") return "/s3cr3t";
  if (name == "DECK_PORT") return "4711";
  if (name == "DECK_URL") return "http://s3cr3t:4711/s3cr3t";
  return std::nullopt;
}

struct Loaded {
  schema::Problems problems;
  schema::Document refused;
  std::unique_ptr<const schema::Config> config;
};

Loaded load(
    const std::string& text, const schema::Environment& environment = [](std::string_view) { return std::nullopt; }) {
  Loaded loaded;
  schema::LoadOptions options;
  options.environment = environment;
  loaded.config = schema::load({{"kong.yml", text, schema::Syntax::detect}}, loaded.problems, options, &loaded.refused);
  INFO(schema::report(loaded.problems, loaded.refused, schema::Format::text));
  return loaded;
}

bool shows(const std::string& text) {
  return text.find("s3cr3t") != std::string::npos || text.find("4711") != std::string::npos;
}

constexpr const char* filled = R"(_format_version: '2.1'
services:
  - {name: a, url: '${{ env "DECK_URL" }}', tags: ['${{ env "DECK_SECRET" }}']}
  - {name: b, host: h, port: '${{ env "DECK_PORT" | toInt }}'}
routes:
  - {name: r, service: a, paths: ['${{ env "DECK_PATH" }}', /plain], headers: {x-a: ['${{ env "DECK_SECRET" }}']}}
  - {name: twice, paths: [/twice], tags: [s3cr3t, '${{ env "DECK_SECRET" }}']}
plugins:
  - {name: file-log, config: {path: /dev/null, custom_fields_by_lua: {a/b~c: 'return "${{ env "DECK_SECRET" }}"'}}}
  - {name: request-transformer, config: {add: {headers: ['x-plain:1', 'x-token:${{ env "DECK_SECRET" }}']}}}
)";

}  // namespace

TEST_CASE("what a variable filled in stays masked where only the result is known") {
  const Loaded source = load(filled, variable);
  REQUIRE(source.config != nullptr);
  for (bool as_json : {true, false}) {
    const std::string sent = as_json ? schema::to_json(*source.config) : schema::to_yaml(*source.config);
    CHECK(shows(sent));
    const Loaded node = load(sent);
    REQUIRE(node.config != nullptr);
    schema::DumpOptions masked;
    masked.mask_secrets = true;
    CHECK_MESSAGE(!shows(schema::to_yaml(*node.config, masked)), schema::to_yaml(*node.config, masked));
    CHECK(schema::to_yaml(*node.config, masked).find("x-plain:1") != std::string::npos);
    // What is told again is the same, however often.
    CHECK(schema::to_json(*node.config) == schema::to_json(*source.config));
  }
}

TEST_CASE("a document without anything to mask does not speak of it") {
  const Loaded it = load(
      "_format_version: '3.0'\ncertificates: [{cert: '{vault://env/x}', key: '{vault://env/y}'}]\nconsumers: [{username: u, "
      "keyauth_credentials: [{key: k}]}]\n");
  REQUIRE(it.config != nullptr);
  CHECK(schema::to_json(*it.config).find("_info") == std::string::npos);
}

TEST_CASE("a pointer that leads nowhere is told with its place") {
  for (const char* pointer :
       {"/services/1/host", "/services/x", "/services/-1", "/services/00000000000000000000000001x", "/nothing",
        "services", "", "/services/0/ho~2st", "/services/0/host/x"}) {
    const Loaded it = load("_format_version: '3.0'\n_info: {masked: ['" + std::string(pointer) +
                           "']}\nservices: [{name: a, host: h}]\n");
    CHECK_MESSAGE(it.config == nullptr, pointer);
    CHECK(schema::report(it.problems, it.refused, schema::Format::text)
              .find("kong.yml:2:18: _info.masked[0]: leads to no value") == 0);
  }
  CHECK(load("_format_version: '3.0'\n_info: {masked: /services}\nservices: [{name: a, host: h}]\n").config == nullptr);
}

TEST_CASE("a pointer to a list masks all of it, and only in its own file") {
  schema::Problems problems;
  const auto config = schema::load(
      {{"a.yml", "_format_version: '3.0'\nroutes: [{name: a, paths: [/open, /open2]}]\n", schema::Syntax::yaml},
       {"b.yml",
        "_format_version: '3.0'\n_info: {masked: [/routes/0/paths]}\nroutes: [{name: b, paths: [/one, /two]}]\n",
        schema::Syntax::yaml}},
      problems, {});
  REQUIRE(config != nullptr);
  schema::DumpOptions masked;
  masked.mask_secrets = true;
  const std::string text = schema::to_yaml(*config, masked);
  CHECK(text.find("/one") == std::string::npos);
  CHECK(text.find("/two") == std::string::npos);
  CHECK(text.find("/open2") != std::string::npos);
  CHECK(schema::to_json(*config).find(R"("masked":["/routes/1/paths/0","/routes/1/paths/1"])") != std::string::npos);
}

TEST_CASE("a masked dump that is used as a source is told to be one") {
  const Loaded it =
      load("_format_version: '3.0'\n_info: {masked: [/routes/0/paths]}\nroutes: [{name: b, paths: ['******']}]\n");
  CHECK(it.config == nullptr);
  CHECK(schema::report(it.problems, it.refused, schema::Format::text).find("this is only a mask") != std::string::npos);
}
