#include "gateway/runtime/setting_table.h"

#include <algorithm>
#include <charconv>
#include <memory>
#include <thread>

#include "gateway/net/ip_network.h"
#include "gateway/runtime/file_text.h"
#include "gateway/runtime/setting_values.h"
#include "gateway/runtime/tls_settings.h"

namespace runtime {

namespace {

using Text = std::string_view;
using Complaint = std::string;

bool refuse(Complaint& error, std::string_view expected) { return error = "expected " + std::string(expected), false; }

template <auto Field>
bool set_text(Settings& s, Text text, Complaint&) { return s.*Field = text, true; }

template <auto Field>
bool set_list(Settings& s, Text text, Complaint&) { return s.*Field = split_list(text), true; }

template <auto Field>
bool set_names(Settings& s, Text text, Complaint&) {  // a list that may be switched off
  s.*Field = text == "off" ? std::vector<std::string>() : split_list(text);
  return true;
}

template <auto Field>
bool set_words(Settings& s, Text text, Complaint&) { return s.*Field = split_words(text), true; }

template <auto Field>
bool set_switch(Settings& s, Text text, Complaint& e) { return parse_switch(text, s.*Field) || refuse(e, "on or off"); }

template <auto Field>
bool set_count(Settings& s, Text text, Complaint& e) { return parse_count(text, s.*Field) || refuse(e, "a whole number"); }

template <auto Field>
bool set_optional_count(Settings& s, Text text, Complaint& e) { return text.empty() ? (s.*Field = 0, true) : set_count<Field>(s, text, e); }

template <auto Field>
bool set_size(Settings& s, Text text, Complaint& e) { return parse_size(text, s.*Field) || refuse(e, "a size like 512, 8k or 10m"); }

template <auto Field>
bool set_duration(Settings& s, Text text, Complaint& e) { return parse_duration(text, s.*Field) || refuse(e, "a time like 30, 30s, 500ms or 2m"); }

template <auto Field>
bool set_listens(Settings& s, Text text, Complaint& e) { return parse_listens(text, s.*Field, e); }

// `PATH`, `PATH FORMAT`, `off`; a stream by its name or as a device.
template <auto Field>
bool set_log(Settings& s, Text text, Complaint& error) {
  const auto words = split_words(text);
  if (words.empty()) return refuse(error, "a path, stdout, stderr or off");
  const std::string& path = words.front();
  if (path.starts_with("syslog:") || path.starts_with("memory:")) return refuse(error, "a path, stdout, stderr or off: " + path.substr(0, path.find(':')) + " is not offered");
  s.*Field = path == "stdout" || path == "stderr" ? "/dev/" + path : path;
  return true;
}

template <auto Field>
bool set_tokens(Settings& s, Text text, Complaint& error) {
  std::vector<std::string> tokens;
  for (const std::string& item : split_list(text)) {
    static constexpr Text scheme = "file:";
    const bool in_file = item.starts_with(scheme);
    const auto content = in_file ? read_text(item.substr(scheme.size())) : item;
    const Text token = content ? trimmed(*content) : Text();
    if (token.empty()) return error = item + ": there is no token in it", false;  // only a file can be empty
    tokens.emplace_back(token);
  }
  return s.*Field = std::move(tokens), true;
}

bool set_database(Settings&, Text text, Complaint& error) {
  if (text == "off" || text.empty()) return true;
  return error = "'" + std::string(text) + "' is not offered: this gateway has no database, its configuration is a file (or POST /config); use 'off'", false;
}

bool set_role(Settings&, Text text, Complaint& error) {
  if (text == "traditional") return true;
  return error = "'" + std::string(text) + "' is not offered: there is no control plane; send the configuration to each node (deckctl sync)", false;
}

bool set_workers(Settings& s, Text text, Complaint& error) {
  if (text == "auto") return s.workers = std::max(1u, std::thread::hardware_concurrency()), true;
  return (parse_count(text, s.workers, 1024) && s.workers > 0) || refuse(error, "auto or a number from 1 to 1024");
}

bool set_generations_kept(Settings& s, Text text, Complaint& error) {
  return (parse_count(text, s.generations_kept, 1000) && s.generations_kept >= 2) || refuse(error, "a number from 2 to 1000");
}

bool set_node_id(Settings& s, Text text, Complaint& error) {
  if (!text.empty() && !is_uuid(text)) return refuse(error, "a UUID");
  s.node_id = text;
  return true;
}

bool set_log_level(Settings& s, Text text, Complaint& error) {
  static constexpr Text levels[] = {"debug", "info", "notice", "warn", "error", "crit", "alert", "emerg"};
  if (std::find(std::begin(levels), std::end(levels), text) == std::end(levels)) {
    return refuse(error, "debug, info, notice, warn, error, crit, alert or emerg");
  }
  s.log_level = text;
  return true;
}

bool set_router_flavor(Settings& s, Text text, Complaint& error) {
  if (text == "traditional") s.router_flavor = RouterFlavor::traditional;
  else if (text == "traditional_compatible") s.router_flavor = RouterFlavor::traditional_compatible;
  else if (text == "expressions") s.router_flavor = RouterFlavor::expressions;
  else return refuse(error, "traditional, traditional_compatible or expressions");
  return true;
}

bool set_headers(Settings& s, Text text, Complaint& error) { return parse_own_headers(text, s.headers, error); }

bool set_headers_upstream(Settings& s, Text text, Complaint& error) {
  OwnHeaders chosen;
  if (!parse_own_headers(text, chosen, error)) return false;
  s.request_id_upstream = chosen.request_id;
  return true;
}

bool set_trusted_ips(Settings& s, Text text, Complaint& error) {
  auto blocks = split_list(text);
  std::erase(blocks, "unix:");  // peers over a unix socket are local anyway
  for (const std::string& block : blocks) {
    if (!net::IpNetwork::parse(block)) return error = "'" + block + "' is not an address or CIDR block", false;
  }
  s.trusted_ips = std::move(blocks);
  return true;
}

bool set_error_default_type(Settings& s, Text text, Complaint& error) {
  if (text != "text/plain" && text != "text/html" && text != "application/json" && text != "application/xml") {
    return refuse(error, "text/plain, text/html, application/json or application/xml");
  }
  s.error_default_type = text;
  return true;
}

// As nginx: NUMBER SIZE. One line of a head is at most SIZE, the whole head NUMBER times that.
bool set_header_buffers(Settings& s, Text text, Complaint& error) {
  const auto words = split_words(text);
  uint32_t number = 0;
  uint64_t size = 0;
  if (words.size() != 2 || !parse_count(words[0], number, 1024) || !parse_size(words[1], size) || number == 0 || size < 256 || size > (1u << 20)) {
    return refuse(error, "a number and a size, like '4 8k' (at most 1m each)");
  }
  s.header_line_bytes_max = static_cast<uint32_t>(size);
  s.header_bytes_max = static_cast<uint32_t>(std::min<uint64_t>(number * size, 16u << 20));
  return true;
}

bool set_port_maps(Settings& s, Text text, Complaint& error) {
  std::vector<PortMap> maps;
  for (const std::string& pair : split_list(text)) {
    const size_t colon = pair.find(':');
    PortMap map;
    if (colon == std::string::npos || !parse_port(Text(pair).substr(0, colon), map.outside) || !parse_port(Text(pair).substr(colon + 1), map.inside)) {
      return error = "'" + pair + "' is not outside:inside", false;
    }
    maps.push_back(map);
  }
  s.port_maps = std::move(maps);
  return true;
}

bool set_ssl_protocols(Settings& s, Text text, Complaint& error) {
  auto words = split_words(text);
  for (const std::string& word : words) {
    if (word != "TLSv1.3" && word != "TLSv1.2" && word != "TLSv1.1" && word != "TLSv1") return error = "unknown TLS version '" + word + "'", false;
  }
  if (words.empty()) return refuse(error, "TLS versions like 'TLSv1.2 TLSv1.3'");
  s.ssl_protocols = std::move(words);
  return true;
}

// Only the two kinds of addresses have an order here: a name is asked for the first kind, and for the other when it has none.
bool set_dns_order(Settings& s, Text text, Complaint& error) {
  const auto items = split_list(lower(text));
  for (const std::string& item : items) {
    if (item != "last" && item != "srv" && item != "a" && item != "aaaa" && item != "cname") return error = "unknown record type '" + item + "'", false;
  }
  const auto v4 = std::find(items.begin(), items.end(), "a"), v6 = std::find(items.begin(), items.end(), "aaaa");
  s.dns_v6_first = v6 < v4;
  s.dns_v4_too = v4 != items.end() || v6 == items.end();
  return true;
}

bool set_cipher_suite(Settings& s, Text text, Complaint& error) {
  if (text != "custom" && find_cipher_suite(text) == nullptr) return refuse(error, "modern, intermediate, old or custom");
  s.ssl_cipher_suite = text;
  return true;
}

bool set_ciphers(Settings& s, Text text, Complaint& error) {
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> trial(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  if (!text.empty() && !use_ciphers(trial.get(), text)) return refuse(error, "a cipher list of OpenSSL");
  s.ssl_ciphers = text;
  return true;
}

bool set_unknown_plugins(Settings& s, Text text, Complaint& error) {
  if (text != "refuse" && text != "skip") return refuse(error, "refuse or skip");
  s.skip_unknown_plugins = text == "skip";
  return true;
}

bool set_untrusted_lua(Settings& s, Text text, Complaint& error) {
  if (text == "off") s.untrusted_lua = script::Trust::off;
  else if (text == "sandbox") s.untrusted_lua = script::Trust::sandbox;
  else if (text == "on") s.untrusted_lua = script::Trust::on;
  else return refuse(error, "off, sandbox or on");
  return true;
}

bool set_sampling_rate(Settings& s, Text text, Complaint& error) {
  double rate = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), rate);
  if (fault != std::errc() || end != text.data() + text.size() || !(rate >= 0 && rate <= 1)) return refuse(error, "a number from 0 to 1");
  s.tracing_sampling_rate = rate;
  return true;
}

using S = Settings;
constexpr Setting table[] = {
    {"declarative_config", "", "file or folder of the configuration (default: /usr/local/kong/declarative/kong.yml or /etc/gateway/gateway.yml, if there)", set_text<&S::declarative_config>},
    {"declarative_config_string", "", "the configuration itself, as YAML or JSON", set_text<&S::declarative_config_string>, true},
    {"database", "off", "only off: there is no database", set_database},
    {"role", "traditional", "only traditional: there is no control plane", set_role},
    {"unknown_plugins", "refuse", "refuse a configuration that names an unknown plugin, or skip that plugin", set_unknown_plugins},
    {"prefix", "/usr/local/kong/", "working folder; relative paths of logs start here", set_text<&S::prefix>},
    {"data_dir", "", "folder that keeps the last accepted configurations for restarts and rollbacks; none are kept when empty", set_text<&S::data_dir>},
    {"generations_kept", "10", "accepted configurations kept in data_dir, 2 to 1000", set_generations_kept},
    {"proxy_listen", "0.0.0.0:8000 reuseport backlog=16384, 0.0.0.0:8443 http2 ssl reuseport backlog=16384",
     "addresses of the proxy: address:port [ssl] [http2] [proxy_protocol] [reuseport] [backlog=N], or off", set_listens<&S::proxy_listen>},
    {"admin_listen", "127.0.0.1:8001 reuseport backlog=16384, 127.0.0.1:8444 http2 ssl reuseport backlog=16384", "addresses of the Admin API, or off",
     set_listens<&S::admin_listen>},
    {"admin_token", "", "tokens that the Admin API asks for, by commas: the text itself, file:PATH, or {vault://env/NAME}", set_tokens<&S::admin_tokens>, true},
    {"admin_read_token", "", "tokens that may only read, without secrets", set_tokens<&S::admin_read_tokens>, true},
    {"admin_client_ca", "", "certificates (file or PEM) of which clients of the Admin API's TLS listeners must show one", set_text<&S::admin_client_ca>},
    {"admin_unprotected", "off", "let the Admin API listen on the network without token or client certificate", set_switch<&S::admin_unprotected>},
    {"admin_audit_log", "off", "file with a JSON line for each attempt to change something through the Admin API, or off", set_log<&S::admin_audit_log>},
    {"admin_body_bytes_max", "256m", "largest body of a request to the Admin API", set_size<&S::admin_body_bytes_max>},
    {"status_listen", "127.0.0.1:8007 reuseport backlog=16384", "addresses of the Status API, or off", set_listens<&S::status_listen>},
    {"port_maps", "", "outside:inside pairs of ports, when a container maps them", set_port_maps},
    {"nginx_worker_processes", "auto", "worker threads; auto: one for each CPU", set_workers},
    {"node_id", "", "UUID of this node; made when absent", set_node_id},
    {"router_flavor", "traditional_compatible", "traditional, traditional_compatible or expressions", set_router_flavor},
    {"log_level", "notice", "debug, info, notice, warn, error, crit, alert, emerg", set_log_level},
    {"proxy_access_log", "logs/access.log", "file of the access log, stdout, stderr or off", set_log<&S::proxy_access_log>},
    {"proxy_error_log", "logs/error.log", "file of the error log, stdout, stderr or off", set_log<&S::proxy_error_log>},
    {"admin_access_log", "logs/admin_access.log", "file of the Admin API's access log, or off", set_log<&S::admin_access_log>},
    {"admin_error_log", "logs/error.log", "file of the Admin API's error log", set_log<&S::admin_error_log>},
    {"status_access_log", "off", "file of the Status API's access log, or off", set_log<&S::status_access_log>},
    {"headers", "server_tokens, latency_tokens, x-kong-request-id", "own headers of answers: server_tokens, latency_tokens, single names, off", set_headers},
    {"headers_upstream", "x-kong-request-id", "own headers of requests to upstreams: x-kong-request-id or off", set_headers_upstream},
    {"allow_debug_header", "off", "answer X-Kong-Debug requests with names of route and service", set_switch<&S::allow_debug_header>},
    {"request_debug", "on", "tell clients that send X-Kong-Request-Debug where the time went: those on this machine, and who knows the token", set_switch<&S::request_debug>},
    {"request_debug_token", "", "what other clients send in X-Kong-Request-Debug-Token; when empty they are told nothing", set_text<&S::request_debug_token>, true},
    {"trusted_ips", "", "peers whose X-Forwarded-* headers count: addresses and CIDR blocks", set_trusted_ips},
    {"real_ip_header", "X-Real-IP", "header with the client's address, or proxy_protocol", set_text<&S::real_ip_header>},
    {"real_ip_recursive", "off", "skip trusted addresses in that header from the right", set_switch<&S::real_ip_recursive>},
    {"error_default_type", "text/plain", "type of the gateway's own errors when the client accepts anything", set_error_default_type},
    {"error_template_html", "", "file with the body of HTML errors", set_text<&S::error_template_html>},
    {"error_template_json", "", "file with the body of JSON errors", set_text<&S::error_template_json>},
    {"error_template_xml", "", "file with the body of XML errors", set_text<&S::error_template_xml>},
    {"error_template_plain", "", "file with the body of plain text errors", set_text<&S::error_template_plain>},
    {"upstream_keepalive_pool_size", "512", "idle connections kept for each upstream; 0: none", set_count<&S::upstream_keepalive_pool_size>, false,
     "the one idle for longest is closed"},
    {"upstream_keepalive_max_requests", "10000", "requests over one upstream connection", set_count<&S::upstream_keepalive_max_requests>, false,
     "closed after the answer"},
    {"upstream_keepalive_idle_timeout", "60", "seconds that an upstream connection may be idle", set_duration<&S::upstream_keepalive_idle_timeout_ms>, false,
     "closed"},
    {"nginx_http_client_max_body_size", "0", "largest request body; 0: any", set_size<&S::client_max_body_bytes>, false,
     "413"},
    {"replay_body_size", "64k", "a request body up to that size stays in memory until it is answered", set_size<&S::replay_bytes_max>, false,
     "streamed, and not sent again to another target"},
    {"nginx_http_client_body_buffer_size", "8k", "memory part of a buffered request body", set_size<&S::client_body_buffer_bytes>},
    {"nginx_http_keepalive_requests", "10000", "requests over one client connection", set_count<&S::keepalive_requests>, false,
     "the answer says Connection: close"},
    {"nginx_http_client_header_timeout", "60s", "time for a request head to arrive", set_duration<&S::client_header_timeout_ms>, false,
     "408; closed when nothing at all had come"},
    {"nginx_http_client_body_timeout", "60s", "longest silence within a request body", set_duration<&S::client_body_timeout_ms>, false,
     "408"},
    {"nginx_http_keepalive_timeout", "75s", "time that a client connection may be idle", set_duration<&S::keepalive_timeout_ms>, false,
     "closed"},
    {"nginx_http_send_timeout", "60s", "longest time without progress towards a client", set_duration<&S::send_timeout_ms>, false,
     "cut, and its upstream let go"},
    {"nginx_proxy_proxy_ignore_client_abort", "off", "answer a client that ended its direction while it was served; off: it has left", set_switch<&S::ignore_client_abort>},
    {"nginx_http_large_client_header_buffers", "4 8k", "number and size: a header line up to the size, a head up to their product", set_header_buffers, false,
     "414 for a request line, 400 for a head; 502 for an upstream's head"},
    {"headers_max", "256", "headers of one request", set_count<&S::headers_max>, false,
     "400; 502 for an upstream's head"},
    {"connections_max", "0", "client connections; 0: half of the file descriptors that the system grants", set_count<&S::connections_max>, false,
     "the connection that has been idle for longest makes room; where none is, 503 (a TLS client is closed)"},
    {"ssl_cert", "", "certificate files (or PEM) of the proxy; self-made when empty", set_list<&S::ssl_cert>},
    {"ssl_cert_key", "", "their keys, in the same order", set_list<&S::ssl_cert_key>, true},
    {"admin_ssl_cert", "", "certificate files of the Admin API", set_list<&S::admin_ssl_cert>},
    {"admin_ssl_cert_key", "", "their keys", set_list<&S::admin_ssl_cert_key>, true},
    {"status_ssl_cert", "", "certificate files of the Status API", set_list<&S::status_ssl_cert>},
    {"status_ssl_cert_key", "", "their keys", set_list<&S::status_ssl_cert_key>, true},
    {"ssl_protocols", "TLSv1.2 TLSv1.3", "TLS versions offered to clients; unset: those of the cipher suite", set_ssl_protocols},
    {"ssl_cipher_suite", "intermediate", "modern, intermediate, old or custom", set_cipher_suite},
    {"ssl_ciphers", "", "OpenSSL cipher list of the custom suite", set_ciphers},
    {"lua_ssl_trusted_certificate", "system", "CA files to trust, or system", set_list<&S::trusted_certificates>},
    {"client_ssl", "off", "show client_ssl_cert to upstreams that speak TLS", set_switch<&S::client_ssl>},
    {"client_ssl_cert", "", "certificate shown to upstreams", set_text<&S::client_ssl_cert>},
    {"client_ssl_cert_key", "", "its key", set_text<&S::client_ssl_cert_key>, true},
    {"dns_resolver", "", "name servers; those of resolv.conf when empty", set_list<&S::dns_resolver>},
    {"dns_hostsfile", "/etc/hosts", "hosts file", set_text<&S::dns_hostsfile>},
    {"dns_order", "LAST,SRV,A,CNAME", "A before AAAA: IPv4 addresses are asked for first; the other kind when there are none", set_dns_order},
    {"dns_valid_ttl", "", "seconds that replace the TTL of answers", set_optional_count<&S::dns_valid_ttl_s>},
    {"dns_stale_ttl", "3600", "seconds that an old answer is used while a new one is fetched", set_count<&S::dns_stale_ttl_s>},
    {"dns_not_found_ttl", "30", "seconds that an unknown name is remembered", set_count<&S::dns_not_found_ttl_s>},
    {"dns_error_ttl", "1", "seconds that a failed query is remembered", set_count<&S::dns_error_ttl_s>},
    {"dns_cache_size", "10000", "names kept", set_count<&S::dns_cache_size>},
    {"plugins", "bundled", "plugins that a configuration may name: names, bundled for all that come along, off", set_names<&S::plugins>},
    {"untrusted_lua", "sandbox", "Lua in a configuration: off, in a sandbox, or on: it may use files and processes too", set_untrusted_lua},
    {"untrusted_lua_sandbox_requires", "", "modules for scripts in the sandbox: bit, cjson, cjson.safe, kong.meta", set_list<&S::sandbox_modules>},
    {"untrusted_lua_sandbox_environment", "", "further globals of Lua for scripts in the sandbox", set_list<&S::sandbox_environment>},
    {"script_steps_max", "1000000", "instructions of one run of a script; octets that a pattern looks at count too", set_count<&S::script_steps_max>, false,
     "the script ends with an error"},
    {"script_time_max", "100ms", "processor time of one run of a script", set_duration<&S::script_time_max_ms>, false,
     "the script ends with an error"},
    {"script_memory_bytes_max", "16m", "memory of the scripts of one configuration in one worker", set_size<&S::script_memory_bytes_max>, false,
     "the script ends with an error"},
    {"vault_env_prefix", "", "prefix of the variables that {vault://env/...} reads, where no ?prefix= stands in it", set_text<&S::vault_env_prefix>},
    {"tracing_instrumentations", "off", "spans to record: off, all, request, router, balancer ...", set_names<&S::tracing_instrumentations>},
    {"tracing_sampling_rate", "0.01", "share of requests that are traced, 0 to 1", set_sampling_rate},
    {"drain_delay", "0", "seconds between not being ready and closing the listeners at a graceful stop", set_duration<&S::drain_delay_ms>},
    {"graceful_timeout", "10", "seconds that open requests have at a graceful stop", set_duration<&S::graceful_timeout_ms>, false,
     "cut, with a line in the log"},
};

constexpr Alias aliases[] = {
    {"workers", "nginx_worker_processes"},
    {"nginx_main_worker_processes", "nginx_worker_processes"},
    {"nginx_proxy_real_ip_header", "real_ip_header"},
    {"nginx_proxy_real_ip_recursive", "real_ip_recursive"},
    {"client_body_buffer_size", "nginx_http_client_body_buffer_size"},
    {"nginx_http_ssl_protocols", "ssl_protocols"},
    {"nginx_proxy_client_max_body_size", "nginx_http_client_max_body_size"},
    {"nginx_proxy_keepalive_requests", "nginx_http_keepalive_requests"},
    {"nginx_proxy_client_header_timeout", "nginx_http_client_header_timeout"},
    {"nginx_proxy_client_body_timeout", "nginx_http_client_body_timeout"},
    {"nginx_proxy_keepalive_timeout", "nginx_http_keepalive_timeout"},
    {"nginx_proxy_large_client_header_buffers", "nginx_http_large_client_header_buffers"},
    {"nginx_http_proxy_ignore_client_abort", "nginx_proxy_proxy_ignore_client_abort"},
    {"nginx_location_proxy_ignore_client_abort", "nginx_proxy_proxy_ignore_client_abort"},
    {"nginx_main_worker_shutdown_timeout", "graceful_timeout"},
    {"config", "declarative_config"},
};

}  // namespace

std::span<const Setting> setting_table() { return table; }
std::span<const Alias> setting_aliases() { return aliases; }

const Setting* find_setting(std::string_view name) {
  for (const Alias& alias : aliases) {
    if (alias.alias == name) name = alias.name;
  }
  const auto* found = std::find_if(std::begin(table), std::end(table), [&](const Setting& s) { return s.name == name; });
  return found == std::end(table) ? nullptr : found;
}

}  // namespace runtime
