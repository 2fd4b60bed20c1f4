#include <doctest/doctest.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <algorithm>
#include <set>

#include "deckctl/lint/run.h"

namespace {

struct Example {
  const char* rule;
  const char* bad;   // it finds something here
  const char* good;  // and nothing here: nearly the same
};

const Example examples[] = {
    {"shadowed-route",
     "services: [{name: s, host: h, routes: [{name: any, paths: ['~/users/[a-z]+'], methods: [GET]}, {name: friends, paths: [/users/friends], methods: [GET]}]}]",
     "services: [{name: s, host: h, routes: [{name: any, paths: ['~/users/[0-9]+'], methods: [GET]}, {name: friends, paths: [/users/friends], methods: [GET]}]}]"},
    {"shadowed-route",
     "services: [{name: s, host: h, routes: [{name: a, paths: ['~/v1/\\d+'], regex_priority: 5}, {name: b, paths: ['~/v1/\\d+']}]}]",
     "services: [{name: s, host: h, routes: [{name: a, paths: ['~/v1/\\d+$'], regex_priority: 5}, {name: b, paths: ['~/v1/\\d+/x']}]}]"},
    {"shadowed-route", "services: [{name: s, host: h, routes: [{name: a, hosts: [x.test], paths: ['~/a']}, {name: b, hosts: [x.test], paths: [/a/b]}]}]",
     "services: [{name: s, host: h, routes: [{name: a, hosts: [y.test], paths: ['~/a']}, {name: b, hosts: [x.test], paths: [/a/b]}]}]"},
    {"shadowed-route", "services: [{name: s, host: h, routes: [{name: a, paths: ['~/a'], headers: {v: [\"1\", \"2\"]}}, {name: b, paths: [/a], headers: {V: [\"1\"]}}]}]",
     "services: [{name: s, host: h, routes: [{name: a, paths: ['~/a'], headers: {v: [\"2\"]}}, {name: b, paths: [/a], headers: {v: [\"1\"]}}]}]"},
    {"shadowed-route", "services: [{name: s, host: h, routes: [{name: a, paths: ['~/(?<x>a|b)/']}, {name: b, paths: [/a/c]}]}]",
     "services: [{name: s, host: h, enabled: false, routes: [{name: a, paths: ['~/(?<x>a|b)/']}]}, {name: t, host: h, routes: [{name: b, paths: [/a/c]}]}]"},
    {"ambiguous-route", "services: [{name: s, host: h, routes: [{name: a, paths: [/a], protocols: [http]}, {name: b, paths: [/a], protocols: [https]}]}]",
     "services: [{name: s, host: h, routes: [{name: a, paths: [/a], methods: [GET]}, {name: b, paths: [/a]}]}]"},
    {"path-looks-like-regex", "services: [{name: s, host: h, routes: [{paths: ['/files/*']}]}]", "services: [{name: s, host: h, routes: [{paths: ['~/files/.*', /files/a-b_c~d]}]}]"},
    {"regex-unescaped-dot", "services: [{name: s, host: h, routes: [{paths: ['~/v1.0/a']}]}]", "services: [{name: s, host: h, routes: [{paths: ['~/v1\\.0/a.*', '~/[a.b]', '/v1.0']}]}]"},
    {"regex-backtracking", "services: [{name: s, host: h, routes: [{paths: [/a], headers: {v: ['~*a(?!b)']}}]}]", "services: [{name: s, host: h, routes: [{paths: [/a], headers: {v: ['~*a[^b]']}}]}]"},
    {"host-in-capitals", "services: [{name: s, host: h, routes: [{hosts: [Shop.test]}]}]", "services: [{name: s, host: h, routes: [{hosts: [shop.test]}]}]"},
    {"route-without-service", "routes: [{name: r, paths: [/a]}]", "routes: [{name: r, paths: [/a], plugins: [{name: request-termination}]}]"},
    {"service-without-route", "services: [{name: s, host: h}]", "services: [{name: s, host: h, enabled: false}, {name: t, host: h}]\nroutes: [{paths: [/a], service: t}]"},
    {"unused-upstream", "services: [{name: s, host: shop-up}]\nupstreams: [{name: shop}]", "services: [{name: s, host: shop}]\nupstreams: [{name: shop}]"},
    {"upstream-without-targets", "services: [{name: s, host: u}]\nupstreams: [{name: u, targets: [{target: 'a:1', weight: 0}]}]",
     "services: [{name: s, host: u}]\nupstreams: [{name: u, targets: [{target: 'a:1', weight: 0}, {target: 'b:1'}]}, {name: unused}]"},
    {"timeout-out-of-range", "services: [{name: s, host: h, read_timeout: 60}]", "services: [{name: s, host: h, read_timeout: 60000, connect_timeout: 500}]"},
    {"timeout-out-of-range", "services: [{name: s, host: h, write_timeout: 3600000}]", "services: [{name: s, host: h, write_timeout: 600000}]"},
    {"port-contradicts-protocol", "services: [{name: s, host: h, port: 443}]", "services: [{name: s, url: 'https://h'}, {name: t, host: h, port: 8443}]"},
    {"tls-verify-off", "services: [{name: s, url: 'https://h', tls_verify: false}]", "services: [{name: s, url: 'https://h', tls_verify: true}, {name: t, url: 'https://h'}]"},
    {"tls-verify-off", "plugins: [{name: rate-limiting, config: {minute: 1, redis: {host: r, ssl: true, ssl_verify: false}}}]",
     "plugins: [{name: rate-limiting, config: {minute: 1, redis: {host: r, ssl: false, ssl_verify: false}}}]"},
    {"plugin-never-runs", "services: [{name: s, host: h, routes: [{paths: [/a], plugins: [{name: acl, config: {allow: [x]}}]}], plugins: [{name: acl, config: {allow: [y]}}]}]",
     "services: [{name: s, host: h, routes: [{paths: [/a], plugins: [{name: acl, config: {allow: [x]}}]}, {paths: [/b]}], plugins: [{name: acl, config: {allow: [y]}}]}]"},
    {"plugin-never-runs", "services: [{name: s, host: h, routes: [{paths: [/a]}]}]\nconsumers: [{username: c, plugins: [{name: rate-limiting, config: {minute: 1}}]}]",
     "services: [{name: s, host: h, routes: [{paths: [/a]}]}]\nplugins: [{name: key-auth}]\nconsumers: [{username: c, plugins: [{name: rate-limiting, config: {minute: 1}}]}]"},
    {"plugin-never-runs", "services: [{name: s, host: h, routes: [{paths: [/a]}]}]\nplugins: [{name: key-auth}]\nconsumers: [{username: c, plugins: [{name: correlation-id}]}]",
     "services: [{name: s, host: h}]\nplugins: [{name: key-auth}]\nconsumers: [{username: c, plugins: [{name: correlation-id}]}]"},
    {"cors-any-origin-with-credentials", "plugins: [{name: cors, config: {credentials: true}}]", "plugins: [{name: cors, config: {credentials: true, origins: ['https://a.test']}}]"},
    {"cors-without-options", "services: [{name: s, host: h, routes: [{paths: [/a], methods: [GET]}]}]\nplugins: [{name: cors}]",
     "services: [{name: s, host: h, routes: [{paths: [/a/b], methods: [GET]}, {paths: [/a], methods: [OPTIONS]}]}]\nplugins: [{name: cors}]"},
    {"ip-restriction-allows-all", "plugins: [{name: ip-restriction, config: {allow: [10.0.0.0/8, 0.0.0.0/0]}}]", "plugins: [{name: ip-restriction, config: {allow: [10.0.0.0/8]}}]"},
    {"rate-limit-without-consumer", "services: [{name: s, host: h, routes: [{paths: [/a]}]}]\nplugins: [{name: rate-limiting, config: {minute: 1, limit_by: consumer}}]",
     "services: [{name: s, host: h, routes: [{paths: [/a]}]}]\nplugins: [{name: rate-limiting, config: {minute: 1, limit_by: ip}}]"},
    {"auth-without-credentials", "plugins: [{name: key-auth}]", "plugins: [{name: key-auth, config: {anonymous: guest}}, {name: basic-auth, enabled: false}]\nconsumers: [{username: guest}]"},
    {"credentials-without-auth", "consumers: [{username: c, keyauth_credentials: [{key: k}]}]", "plugins: [{name: key-auth}]\nconsumers: [{username: c, keyauth_credentials: [{key: k}]}]"},
    {"consumer-without-credentials", "plugins: [{name: key-auth}]\nconsumers: [{username: c, acls: [{group: g}]}]", "consumers: [{username: c}]"},
    {"acl-without-auth", "services: [{name: s, host: h, routes: [{paths: [/a]}]}]\nplugins: [{name: acl, config: {allow: [g]}}]",
     "services: [{name: s, host: h, routes: [{paths: [/a]}]}]\nplugins: [{name: acl, config: {allow: [g]}}, {name: basic-auth}]"},
    {"acl-group-without-member", "plugins: [{name: acl, config: {allow: [admins, staff]}}]\nconsumers: [{username: c, acls: [{group: staff}]}]",
     "plugins: [{name: acl, config: {allow: [staff]}}]\nconsumers: [{username: c, acls: [{group: staff}]}]"},
    {"unknown-anonymous", "plugins: [{name: key-auth, config: {anonymous: nobody}}]", "plugins: [{name: key-auth, config: {anonymous: guest}}]\nconsumers: [{username: guest}]"},
    {"admin-api-exposed", "services: [{name: admin, url: 'http://127.0.0.1:8001', routes: [{paths: [/admin]}]}]",
     "services: [{name: admin, url: 'http://127.0.0.1:8001', routes: [{paths: [/admin], plugins: [{name: key-auth}]}]}]"},
    {"secret-in-clear-text", "consumers: [{username: c, keyauth_credentials: [{key: k}]}]", "consumers: [{username: c, keyauth_credentials: [{key: '${API_KEY}'}]}]"},
    {"secret-in-clear-text", "plugins: [{name: request-transformer, config: {add: {headers: ['Authorization: Basic YTpi']}}}]",
     "plugins: [{name: request-transformer, config: {add: {headers: ['Authorization: $(headers.x)', 'x-kind: token']}}}]"},
    {"secret-in-clear-text", "plugins: [{name: http-log, config: {http_endpoint: 'http://u:p@log.test/'}}]", "plugins: [{name: http-log, config: {http_endpoint: 'http://log.test/'}}]"},
    {"credentials-sent-in-clear", "services: [{name: s, host: api.example.com, routes: [{paths: [/a]}]}]\nplugins: [{name: key-auth}]",
     "services: [{name: s, host: api.example.com, routes: [{paths: [/a]}]}, {name: t, host: 10.1.2.3, routes: [{paths: [/b], plugins: [{name: key-auth}]}]}]\n"
     "plugins: [{name: key-auth, config: {hide_credentials: true}}]"},
};

std::unique_ptr<const schema::Config> load(const std::string& text, bool skip_unknown = false) {
  schema::Problems problems;
  schema::LoadOptions options;
  options.accept_described_plugins = true;
  if (skip_unknown) options.unknown_plugins = schema::UnknownPlugins::skip;
  auto config = schema::load({{"kong.yml", "_format_version: \"3.0\"\n" + text, schema::Syntax::yaml}}, problems, options);
  for (const schema::Problem& problem : problems.all())
    if (problem.severity == schema::Severity::error) MESSAGE(text, ": ", problem.what);
  REQUIRE(config != nullptr);
  return config;
}

std::string linted(const std::string& text, const std::string& rule, schema::Format format = schema::Format::text) {
  const auto config = load(text);
  return deckctl::lint::report(deckctl::lint::run(*config, {{rule}, {}}), config->document, format);
}

// Needs a certificate that can be read, tested below.
constexpr std::string_view tested_apart[] = {"unused-certificate"};

std::string text_of(BIO* memory) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory, &data);
  std::string text(data, static_cast<size_t>(size));
  BIO_free(memory);
  return text;
}

// As a JSON text, so that it fits into one line of YAML.
std::string quoted_certificate(std::string& quoted_key) {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  X509_sign(certificate, key, EVP_sha256());
  BIO* written = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(written, certificate);
  BIO* written_key = BIO_new(BIO_s_mem());
  PEM_write_bio_PrivateKey(written_key, key, nullptr, nullptr, 0, nullptr, nullptr);
  X509_free(certificate);
  EVP_PKEY_free(key);
  quoted_key = schema::json_quoted(text_of(written_key));
  return schema::json_quoted(text_of(written));
}

}  // namespace

TEST_CASE("each rule finds its fault and is quiet on the mended file") {
  for (const Example& example : examples) {
    CAPTURE(example.rule);
    CAPTURE(example.bad);
    CHECK(linted(example.bad, example.rule).find("[" + std::string(example.rule) + "]") != std::string::npos);
    CHECK(linted(example.good, example.rule) == "");
  }
}

TEST_CASE("a certificate without server names is unused unless a service presents it") {
  std::string key;
  const std::string certificate = quoted_certificate(key);
  const std::string pair = "cert: " + certificate + ", key: " + key;
  CHECK(linted("certificates: [{" + pair + "}]", "unused-certificate").find("has no server name") != std::string::npos);
  CHECK(linted("certificates: [{" + pair + ", snis: [{name: a.test}]}]", "unused-certificate") == "");
  const std::string id = "0c6d5b5e-2a4b-4c5d-8e6f-0a1b2c3d4e5f";
  CHECK(linted("certificates: [{id: " + id + ", " + pair + "}]\nservices: [{name: s, url: 'https://h', client_certificate: " + id + "}]", "unused-certificate") == "");
}

TEST_CASE("no rule is without an example") {
  std::set<std::string_view> named(std::begin(tested_apart), std::end(tested_apart));
  for (const Example& example : examples) named.insert(example.rule);
  for (const deckctl::lint::Rule& rule : deckctl::lint::rules()) CHECK_MESSAGE(named.contains(rule.name), rule.name);
}

TEST_CASE("a finding stands at the offending value") {
  CHECK(linted("services:\n- name: s\n  host: h\n  routes:\n  - name: r\n    paths:\n    - /ok\n    - /files/*\n", "path-looks-like-regex")
            .starts_with("kong.yml:9:7: warning: route r: path /files/* "));
  CHECK(linted("services:\n- name: s\n  host: h\n  read_timeout: 60\n", "timeout-out-of-range") ==
        "kong.yml:5:17: warning: service s: read_timeout is 60 milliseconds (for seconds write 60000) [timeout-out-of-range]\n");
}

TEST_CASE("a finding never holds the secret it is about") {
  for (auto format : {schema::Format::text, schema::Format::json, schema::Format::sarif, schema::Format::github}) {
    const std::string report = linted("consumers: [{username: c, keyauth_credentials: [{key: hush-hush}]}]", "secret-in-clear-text", format);
    CHECK(report.find("secret-in-clear-text") != std::string::npos);
    CHECK(report.find("hush-hush") == std::string::npos);
  }
}

TEST_CASE("a tag on the entity or on its owner allows a rule there, and only that rule") {
  CHECK(linted("services: [{name: s, host: h, read_timeout: 60, tags: ['lint:allow=timeout-out-of-range']}]", "timeout-out-of-range") == "");
  CHECK(linted("services: [{name: s, host: h, read_timeout: 60, tags: ['lint:allow=tls-verify-off']}]", "timeout-out-of-range") != "");
  CHECK(linted("consumers: [{username: c, tags: ['lint:allow=secret-in-clear-text'], keyauth_credentials: [{key: k}]}]", "secret-in-clear-text") == "");
}

TEST_CASE("a secret from the environment is not written out") {
  schema::Problems problems;
  schema::LoadOptions options;
  options.environment = [](std::string_view) { return std::optional<std::string>("k"); };
  const auto config = schema::load({{"kong.yml", "_format_version: \"3.0\"\nconsumers: [{username: c, keyauth_credentials: [{key: '${{ env \"DECK_KEY\" }}'}]}]", schema::Syntax::yaml}},
                                   problems, options);
  REQUIRE(config != nullptr);
  CHECK(deckctl::lint::run(*config, {{"secret-in-clear-text"}, {}}).all().empty());
}

TEST_CASE("what follows from the absence of a plugin is not said while plugins are unknown") {
  const auto config = load("services: [{name: s, host: h, routes: [{paths: [/a], plugins: [{name: our-own-auth}]}]}]\nplugins: [{name: acl, config: {allow: [g]}}]\nroutes: [{paths: [/b]}]", true);
  CHECK_FALSE(config->skipped_plugins.empty());
  for (std::string_view rule : {"acl-without-auth", "acl-group-without-member", "route-without-service"})
    CHECK_MESSAGE(deckctl::lint::run(*config, {{std::string(rule)}, {}}).all().empty(), rule);
}

TEST_CASE("a route of several paths is told by the path that never wins") {
  CHECK(linted("services: [{name: s, host: h, routes: [{name: all, paths: ['~/a/']}, {name: part, paths: [/a/x, /b]}]}]", "shadowed-route").find("path /a/x never gets a request") !=
        std::string::npos);
}

TEST_CASE("routes whose ids are made up are told that the winner may change") {
  CHECK(linted("services: [{name: s, host: h, routes: [{paths: [/a]}, {paths: [/a]}]}]", "ambiguous-route").find("name both routes") != std::string::npos);
  CHECK(linted("services: [{name: s, host: h, routes: [{name: one, paths: [/a]}, {name: two, paths: [/a]}]}]", "ambiguous-route").find("the greater id wins: route") !=
        std::string::npos);
}

TEST_CASE("rules can be chosen and left out") {
  const auto config = load("services: [{name: s, host: h, port: 443, read_timeout: 60}]");
  CHECK(deckctl::lint::run(*config).all().size() == 3);
  CHECK(deckctl::lint::run(*config, {{}, {"service-without-route"}}).all().size() == 2);
  CHECK(deckctl::lint::run(*config, {{"port-contradicts-protocol"}, {}}).all().size() == 1);
}

TEST_CASE("ten thousand routes are linted in a moment") {
  std::string text = "services: [{name: s, host: h}]\nroutes:\n";
  for (int i = 0; i < 10000; ++i) {
    const std::string number = std::to_string(i);
    text += "- {name: r" + number + ", service: s, paths: ['" + (i % 4 == 0 ? "~/regex" : "/plain") + number + "/x']}\n";
  }
  const auto config = load(text);
  CHECK(deckctl::lint::run(*config).all().empty());
}
