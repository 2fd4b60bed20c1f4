#include <doctest/doctest.h>

#include <vector>

#include "schema/config.h"
#include "schema/dump.h"
#include "schema/kong_errors.h"
#include "schema/report.h"

namespace {

std::optional<std::string> variable(std::string_view name) { return name == "DECK_SECRET" || name == "SECRET" ? std::optional<std::string>("hid den/s3cr3t") : std::nullopt; }

struct Loaded {
  schema::Problems problems;
  schema::Document refused;
  std::unique_ptr<const schema::Config> config;
  std::string told() const {
    std::string text = schema::flattened_errors(problems, refused);
    for (schema::Format format : {schema::Format::text, schema::Format::json, schema::Format::sarif, schema::Format::github}) text += schema::report(problems, refused, format);
    return text;
  }
};

Loaded load(const std::string& text) {
  Loaded loaded;
  schema::LoadOptions options;
  options.environment = variable;
  loaded.config = schema::load({{"kong.yml", "_format_version: '3.0'\n" + text, schema::Syntax::yaml}}, loaded.problems, options, &loaded.refused);
  return loaded;
}

constexpr const char* filled = "${{ env \"DECK_SECRET\" }}";

}  // namespace

TEST_CASE("no report shows what came from a variable, or what the schema calls secret") {
  const std::string value = filled;
  for (const std::string& text : std::vector<std::string>{"services: [{name: '" + value + "', host: h}]\n", "services: [{name: s, host: '" + value + "'}]\n", "services: [{name: s, url: '" + value + "'}]\n",
                                  "routes: [{name: r, paths: ['" + value + "']}]\n", "plugins: [{name: '" + value + "'}]\n", "routes: [{name: r, paths: [/a], service: '" + value + "'}]\n",
                                  "consumers: [{username: '" + value + "'}, {username: '" + value + "'}]\n",
                                  "consumers: [{username: a, keyauth_credentials: [{key: hid den/s3cr3t}, {key: hid den/s3cr3t}]}]\n",
                                  "upstreams: [{name: u, targets: [{target: '" + value + "'}]}]\n"}) {
    const Loaded it = load(text);
    CHECK_MESSAGE(it.config == nullptr, text);
    CHECK_MESSAGE(it.told().find("kong.yml:2") != std::string::npos, it.told());
    CHECK_MESSAGE((it.told().find("s3cr3t") == std::string::npos || text.find("s3cr3t") != std::string::npos), it.told());
    CHECK_MESSAGE(schema::report(it.problems, it.refused, schema::Format::json).find("s3cr3t") == std::string::npos, it.told());
  }
}

TEST_CASE("a masked dump shows neither filled-in values nor secrets; references stand as written") {
  const Loaded it = load("consumers: [{username: a, custom_id: '" + std::string(filled) + "', keyauth_credentials: [{key: s3cr3t}]}]\nplugins: [{name: key-auth, tags: [t]}]\n"
                         "certificates: []\n");
  REQUIRE(it.config != nullptr);
  schema::DumpOptions options;
  options.mask_secrets = true;
  CHECK(schema::to_yaml(*it.config, options).find("s3cr3t") == std::string::npos);
  CHECK(schema::to_yaml(*it.config).find("s3cr3t") != std::string::npos);
}
