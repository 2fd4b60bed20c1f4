#pragma once
// The normalised configuration: what a document means. Flat, with ids, with references resolved; immutable once built.
// Typed entities are what the gateway compiles from; `Entity` is the same thing as data, for dump, diff and the Admin API.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "schema/document.h"
#include "schema/reader.h"
#include "schema/shape.h"

namespace schema {

// One entity of any kind. `given` holds what the document said (shorthands already written to their targets, foreign fields as
// {id: ...}, id and name present); a field that is absent has the default of its shape. Fields are read through Reader.
struct Entity {
  const Shape* shape = nullptr;
  std::string_view id;
  Value given;
};

enum Protocol : uint16_t {
  protocol_http = 1, protocol_https = 2, protocol_grpc = 4, protocol_grpcs = 8, protocol_tcp = 16, protocol_tls = 32,
  protocol_udp = 64, protocol_tls_passthrough = 128, protocol_ws = 256, protocol_wss = 512,
};

struct Certificate {
  const Entity* entity = nullptr;
  std::string_view id, cert, key, cert_alt, key_alt;
};

struct Service {
  const Entity* entity = nullptr;
  std::string_view id, name, host, path;  // path empty: none
  Protocol protocol = protocol_http;
  uint16_t port = 80;
  uint32_t retries = 5;
  uint32_t connect_timeout_ms = 60000, write_timeout_ms = 60000, read_timeout_ms = 60000;
  bool enabled = true;
  std::optional<bool> tls_verify;
  std::optional<int> tls_verify_depth;
  const Certificate* client_certificate = nullptr;
  std::vector<std::string_view> ca_certificates;  // ids
};

struct HeaderMatch {
  std::string_view name;
  std::vector<std::string_view> values;
};

struct SourceMatch {
  std::string_view ip;  // address or CIDR; empty: any
  std::optional<int> port;
};

struct Route {
  const Entity* entity = nullptr;
  std::string_view id, name;
  const Service* service = nullptr;
  uint16_t protocols = protocol_http | protocol_https;  // set of Protocol
  std::vector<std::string_view> methods, hosts, paths, snis;
  std::vector<HeaderMatch> headers;
  std::vector<SourceMatch> sources, destinations;
  std::string_view expression;  // empty: classic
  uint64_t priority = 0;        // of an expression
  int64_t regex_priority = 0;
  int https_redirect_status_code = 426;
  bool strip_path = true, preserve_host = false, request_buffering = true, response_buffering = true;
};

struct Consumer {
  const Entity* entity = nullptr;
  std::string_view id, username, custom_id;
};

struct Plugin {
  const Entity* entity = nullptr;
  std::string_view id, name, instance_name;
  const Service* service = nullptr;
  const Route* route = nullptr;
  const Consumer* consumer = nullptr;
  bool enabled = true;
  uint16_t protocols = 0;
  Reader config;  // the settings, read with defaults of the plugin's schema
};

struct Target {
  const Entity* entity = nullptr;
  std::string_view id, target;  // "host:port", port always present
  uint32_t weight = 100;
};

struct Upstream {
  const Entity* entity = nullptr;
  std::string_view id, name, algorithm, host_header;
  // What a request is recognised by for consistent hashing: "none", "ip", ... (empty is none), and the name of the header, argument or capture.
  std::string_view hash_on, hash_on_header, hash_on_query_arg, hash_on_uri_capture;
  std::string_view hash_fallback, hash_fallback_header, hash_fallback_query_arg, hash_fallback_uri_capture;
  std::string_view hash_on_cookie, hash_on_cookie_path;
  uint32_t slots = 10'000;
  std::vector<Target> targets;  // file order
};

// A credential of a consumer, of whatever kind (keyauth_credentials, acls, ...); its fields are read through `fields`.
struct Credential {
  const Entity* entity = nullptr;
  std::string_view id;
  const Consumer* consumer = nullptr;
  Reader fields;
};

struct Config {
  Document document;  // keeps every view alive
  // Every entity by collection ("services", "keyauth_credentials"), file order.
  std::map<std::string_view, std::vector<Entity>> entities;

  std::vector<Certificate> certificates;
  std::vector<Service> services;
  std::vector<Route> routes;
  std::vector<Consumer> consumers;
  std::vector<Plugin> plugins;
  std::vector<Upstream> upstreams;
  std::map<std::string_view, std::vector<Credential>> credentials;  // by collection

  std::string hash;  // 32 hex digits, as /status shows it; 32 zeros when empty
  std::vector<std::string> skipped_plugins;  // left out because unknown_plugins is "skip": "name at file:line:column"

  const Entity* find(std::string_view collection, std::string_view id_or_key) const;
};

enum class UnknownPlugins : uint8_t { refuse, skip };

struct LoadOptions {
  UnknownPlugins unknown_plugins = UnknownPlugins::refuse;
  bool accept_described_plugins =
      false;  // a plugin that is described but not built passes: to check documents for another gateway
  std::vector<std::string> plugins = {"bundled"};  // that a document may name: see may_name
  std::string vault_env_prefix;                    // of the variables that {vault://env/...} reads
  bool expressions_flavor = false;  // router_flavor = expressions: routes have `expression` and `priority`
  Environment environment = process_environment();
  uint64_t now_s = 0;               // created_at / updated_at of entities that have none; 0: the clock
};

// Whether a plugin is among those: "bundled" stands for all that are described here.
bool may_name(const std::vector<std::string>& plugins, std::string_view plugin);

// The whole way of section 3 of the design: sources -> document -> validate -> normalise -> config. nullptr when any
// error was reported; warnings come along either way. A refused document goes to `refused` when that is given: its file
// names and source entries are needed to tell where the problems are.
std::unique_ptr<const Config> load(std::vector<Source> sources, Problems& problems, const LoadOptions& options = {},
                                   Document* refused = nullptr);

}  // namespace schema
