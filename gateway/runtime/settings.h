#pragma once
// The settings of the process: what is fixed from start to end, as opposed to the configuration, which is reloaded.
// Flags win over the environment (GATEWAY_NAME over KONG_NAME), that over a conf file, that over the defaults.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/scripting/state.h"

namespace runtime {

struct Listen {
  std::string address;    // without brackets; empty for a unix socket
  uint16_t port = 0;      // 0: any free one
  std::string unix_path;  // of `unix:/path`
  bool ssl = false, http2 = false, reuseport = false, proxy_protocol = false;
  int backlog = 511;
};

struct PortMap {
  uint16_t outside = 0, inside = 0;
};

// Which headers of its own the gateway adds (settings `headers` and `headers_upstream`).
struct OwnHeaders {
  bool server = true, via = true;
  bool proxy_latency = true, response_latency = true, admin_latency = true, upstream_latency = true;
  bool upstream_status = false;
  bool request_id = true;
};

enum class RouterFlavor : uint8_t { traditional, traditional_compatible, expressions };

struct Settings {
  std::vector<std::string> configuration_paths;  // positional arguments; win over declarative_config
  std::string declarative_config;                // path; empty: none
  std::string declarative_config_string;         // the document itself; empty: none
  std::string prefix = "/usr/local/kong/";
  std::string data_dir;                          // folder of the last accepted configurations; empty: none is kept
  uint32_t generations_kept = 10;
  std::string log_level = "notice";
  std::vector<Listen> proxy_listen, admin_listen, status_listen;
  uint32_t workers = 0;                          // never 0 after read_settings
  std::string node_id;                           // empty: made by the caller
  RouterFlavor router_flavor = RouterFlavor::traditional_compatible;
  OwnHeaders headers;
  bool request_id_upstream = true;
  std::vector<std::string> trusted_ips;          // addresses and CIDR blocks, syntax checked
  std::string real_ip_header = "X-Real-IP";      // or "proxy_protocol"
  bool real_ip_recursive = false;
  std::string error_default_type = "text/plain";
  std::string error_template_html, error_template_json, error_template_xml, error_template_plain;  // file paths
  bool allow_debug_header = false;
  bool request_debug = true;
  std::string request_debug_token;  // empty: only this machine may ask

  uint32_t upstream_keepalive_pool_size = 512;
  uint32_t upstream_keepalive_max_requests = 10'000;
  uint32_t upstream_keepalive_idle_timeout_ms = 60'000;
  uint64_t client_max_body_bytes = 0;            // 0: no limit
  uint64_t replay_bytes_max = 64 * 1024;         // of a request body
  uint64_t client_body_buffer_bytes = 8 * 1024;
  uint32_t keepalive_requests = 10'000;
  uint32_t client_header_timeout_ms = 60'000, client_body_timeout_ms = 60'000, keepalive_timeout_ms = 75'000;
  uint32_t send_timeout_ms = 60'000;
  bool ignore_client_abort = false;
  uint32_t header_line_bytes_max = 8 * 1024;     // one header, or the request line
  uint32_t header_bytes_max = 32 * 1024;         // the whole section
  uint32_t headers_max = 256;
  uint32_t connections_max = 0;                  // of clients, all workers; 0: half of the descriptors

  std::vector<PortMap> port_maps;
  std::vector<std::string> ssl_cert, ssl_cert_key;                // file paths or PEM text, in pairs
  std::vector<std::string> admin_ssl_cert, admin_ssl_cert_key;    // empty: as the proxy's
  std::vector<std::string> status_ssl_cert, status_ssl_cert_key;
  std::vector<std::string> admin_tokens, admin_read_tokens;       // empty: none is asked for
  std::string admin_client_ca;                                    // file path or PEM text; empty: TLS clients of the Admin API need no certificate
  bool admin_unprotected = false;                                 // it may be open to the network
  std::string admin_audit_log;                                    // path; empty or "off": none
  uint64_t admin_body_bytes_max = 256u << 20;
  std::vector<std::string> ssl_protocols = {"TLSv1.2", "TLSv1.3"};
  std::string ssl_cipher_suite = "intermediate", ssl_ciphers;
  std::vector<std::string> trusted_certificates = {"system"};     // lua_ssl_trusted_certificate
  bool client_ssl = false;                                        // show client_ssl_cert to every TLS upstream
  std::string client_ssl_cert, client_ssl_cert_key;

  std::vector<std::string> dns_resolver;         // address or address:port; empty: resolv.conf
  std::string dns_hostsfile = "/etc/hosts";
  bool dns_v6_first = false, dns_v4_too = true;  // dns_order: IPv4 addresses, then IPv6 when there are none, unless it says otherwise
  uint32_t dns_valid_ttl_s = 0;                  // 0: as answered
  uint32_t dns_stale_ttl_s = 3600, dns_not_found_ttl_s = 30, dns_error_ttl_s = 1;
  uint32_t dns_cache_size = 10'000;

  std::string proxy_access_log = "logs/access.log", proxy_error_log = "logs/error.log";  // path, or "off"
  std::string admin_access_log = "logs/admin_access.log", admin_error_log = "logs/error.log", status_access_log = "off";
  std::string vault_env_prefix;
  std::vector<std::string> plugins = {"bundled"};  // bundled, off, names
  bool skip_unknown_plugins = false;
  script::Trust untrusted_lua = script::Trust::sandbox;
  std::vector<std::string> sandbox_modules, sandbox_environment;  // untrusted_lua_sandbox_requires and _environment
  uint32_t script_steps_max = 1'000'000;         // of one run
  uint32_t script_time_max_ms = 100;             // of the processor, for one run
  uint64_t script_memory_bytes_max = 16u << 20;  // for each worker and configuration
  double tracing_sampling_rate = 0.01;
  std::vector<std::string> tracing_instrumentations;  // empty: off
  uint32_t drain_delay_ms = 0;                   // between "draining" in /status/ready and closing the listeners
  uint32_t graceful_timeout_ms = 10'000;         // open requests may finish

  std::vector<std::string> warnings;             // what was said and has no meaning here; also shown in /status

  // Every setting with its effective text, secrets masked; the order of the table. For `/` and the settings listing.
  std::vector<std::pair<std::string, std::string>> listing;
};

// How the process was called. Passed in, so that tests decide what the world looks like.
struct Invocation {
  std::vector<std::string> arguments;  // without the program's name: --name value, --name=value, -c FILE, -p PREFIX, paths
  std::vector<std::pair<std::string, std::string>> environment;
  std::vector<std::string> conf_files = {"/etc/gateway/gateway.conf", "/etc/kong/kong.conf", "/etc/kong.conf"};  // first that exists, without -c
  // The configuration where images and packages have it: the first that exists, when nothing else names one.
  std::vector<std::string> configuration_files = {"/usr/local/kong/declarative/kong.yml", "/etc/gateway/gateway.yml"};
};

Invocation invocation_of(int argc, const char* const* argv, const char* const* environment);

// False when any error was found; all are reported, each with the name and where it was set ("KONG_LOG_LEVEL: ...").
bool read_settings(const Invocation& invocation, Settings& settings, std::vector<std::string>& errors, std::vector<std::string>& warnings);

// The flags, one line each: name, meaning, default. Derived from the same table as the reading.
std::string settings_help();

// `0.0.0.0:8000 reuseport backlog=16384, [::]:8443 ssl`; "off" and "" give none. False with `error` filled in.
bool parse_listens(std::string_view text, std::vector<Listen>& listens, std::string& error);

// `8m`, `8k`, `1g`, `512`: bytes, powers of 1024.
bool parse_size(std::string_view text, uint64_t& bytes);

// `60s`, `500ms`, `5m`, `1h`, `1d`, `75`: bare numbers are seconds.
bool parse_duration(std::string_view text, uint32_t& milliseconds);

}  // namespace runtime
