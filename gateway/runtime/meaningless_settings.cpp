// Settings that Kong 3.9 knows and that this process does not obey. A file or environment that has them works unchanged; each is
// warned about once with its reason, unless its value asks for what happens here anyway.

#include <algorithm>
#include <vector>

#include "gateway/runtime/setting_table.h"

namespace runtime {

namespace {

struct Reason {
  std::string_view why;
  struct Name {
    std::string_view name, harmless = {};
  };
  std::vector<Name> names;
};

const std::vector<Reason>& reasons() {
  static const std::vector<Reason> list = {
      {"there is no database",
       {{"_debug_pg_ttl_cleanup_interval"}, {"db_cache_neg_ttl"}, {"db_cache_ttl"}, {"db_cache_warmup_entities"}, {"db_resurrect_ttl"},
        {"db_update_frequency"}, {"db_update_propagation"}, {"lmdb_environment_path"}, {"lmdb_map_size"}, {"pg_backlog"}, {"pg_database"},
        {"pg_host"}, {"pg_keepalive_timeout"}, {"pg_max_concurrent_queries"}, {"pg_password"}, {"pg_pool_size"}, {"pg_port"}, {"pg_ro_backlog"},
        {"pg_ro_database"}, {"pg_ro_host"}, {"pg_ro_keepalive_timeout"}, {"pg_ro_max_concurrent_queries"}, {"pg_ro_password"}, {"pg_ro_pool_size"},
        {"pg_ro_port"}, {"pg_ro_schema"}, {"pg_ro_semaphore_timeout"}, {"pg_ro_ssl"}, {"pg_ro_ssl_verify"}, {"pg_ro_timeout"}, {"pg_ro_user"},
        {"pg_schema"}, {"pg_semaphore_timeout"}, {"pg_ssl"}, {"pg_ssl_verify"}, {"pg_timeout"}, {"pg_user"}}},
      {"there is no control plane: each node gets its configuration by itself (deckctl sync)",
       {{"cluster_ca_cert"}, {"cluster_cert"}, {"cluster_cert_key"}, {"cluster_cjson"}, {"cluster_control_plane"},
        {"cluster_data_plane_purge_delay"}, {"cluster_dp_labels"}, {"cluster_listen"}, {"cluster_max_payload"}, {"cluster_mtls"}, {"cluster_ocsp"},
        {"cluster_rpc", "off"}, {"cluster_rpc_sync"}, {"cluster_server_name"}, {"cluster_use_proxy"}, {"dedicated_config_processing", "off"},
        {"kic", "off"}}},
      {"there is no manager UI",
       {{"admin_gui_access_log"}, {"admin_gui_api_url"}, {"admin_gui_csp_header", "off"}, {"admin_gui_error_log"}, {"admin_gui_listen", "off"},
        {"admin_gui_path"}, {"admin_gui_ssl_cert"}, {"admin_gui_ssl_cert_key"}, {"admin_gui_url"}}},
      {"scripts have no modules in files, no sockets and no ngx.re",
       {{"lua_package_cpath"}, {"lua_package_path"}, {"lua_socket_pool_size"}, {"nginx_http_lua_regex_cache_max_entries"},
        {"nginx_http_lua_regex_match_limit"}}},
      {"there is no nginx underneath",
       {{"nginx_events_multi_accept"}, {"openresty_path"}}},
      {"TCP, TLS and UDP streams are not built yet",
       {{"nginx_stream_lua_ssl_conf_command"}, {"nginx_stream_proxy_ssl_conf_command"}, {"nginx_stream_ssl_conf_command"},
        {"nginx_stream_ssl_dhparam"}, {"nginx_stream_ssl_prefer_server_ciphers"}, {"nginx_stream_ssl_protocols"},
        {"nginx_stream_ssl_session_tickets"}, {"nginx_stream_ssl_session_timeout"}, {"proxy_stream_access_log"}, {"proxy_stream_error_log"},
        {"stream_listen", "off"}}},
      {"there are no WebAssembly filters",
       {{"nginx_wasm_main_shm_kv"}, {"wasm", "off"}, {"wasm_dynamic_module"}, {"wasm_filters"}, {"wasm_filters_path"}}},
      {"names are resolved as the dns_ settings say",
       {{"new_dns_client", "off"}, {"resolver_address"}, {"resolver_error_ttl"}, {"resolver_family"}, {"resolver_hosts_file"},
        {"resolver_lru_cache_size"}, {"resolver_mem_cache_size"}, {"resolver_stale_ttl"}, {"resolver_valid_ttl"}}},
      {"a configuration is kept in memory as a whole",
       {{"mem_cache_size"}}},
      {"a load is answered when every worker has it",
       {{"router_consistency"}, {"worker_consistency", "eventual|strict"}, {"worker_events_max_payload"}, {"worker_state_update_frequency"}}},
      {"TLS sessions are resumed by tickets, for as long as OpenSSL's default says",
       {{"nginx_http_ssl_session_tickets", "on"}, {"nginx_http_ssl_session_timeout"}, {"ssl_session_cache_size"}, {"ssl_session_tickets", "on"},
        {"ssl_session_timeout"}}},
      {"OpenSSL chooses the groups of the key exchange",
       {{"nginx_http_ssl_dhparam"}, {"ssl_dhparam"}}},
      {"TLS is set up by the ssl_ settings",
       {{"nginx_http_grpc_ssl_conf_command"}, {"nginx_http_lua_ssl_conf_command"}, {"nginx_http_proxy_ssl_conf_command"},
        {"nginx_http_ssl_conf_command"}, {"nginx_http_ssl_prefer_server_ciphers", "on"}, {"ssl_prefer_server_ciphers", "on"}}},
      {"heads are bounded by headers_max and nginx_http_large_client_header_buffers, queries by the length of their line",
       {{"lua_max_post_args"}, {"lua_max_req_headers"}, {"lua_max_resp_headers"}, {"lua_max_uri_args"}, {"nginx_http_client_header_buffer_size"}}},
      {"the vaults env and file are always there",
       {{"vaults", "bundled"}}},
      {"there is no listener for debugging",
       {{"debug_ssl_cert"}, {"debug_ssl_cert_key"}}},
      {"tracing is not built yet",
       {{"opentelemetry_tracing", "off"}, {"opentelemetry_tracing_sampling_rate"}}},
      {"nothing is ever reported to anybody",
       {{"anonymous_reports", "off"}}},
      {"the process stays in the foreground",
       {{"nginx_daemon", "off"}, {"nginx_main_daemon", "off"}}},
      {"it runs as the user and with the limits that it was started with",
       {{"nginx_events_worker_connections"}, {"nginx_main_user"}, {"nginx_main_worker_rlimit_nofile"}, {"nginx_user"}}},
      {"there are no plugin servers",
       {{"pluginserver_names"}}},
      {"the Status API's errors go to admin_error_log",
       {{"status_error_log"}}},
      {"upstreams are spoken to with TLS 1.2 and 1.3",
       {{"lua_ssl_protocols", "TLSv1.2 TLSv1.3"}}},
      {"chains of certificates are followed as deep as OpenSSL does",
       {{"lua_ssl_verify_depth"}}},
      {"bodies for the Admin API are bounded by admin_body_bytes_max",
       {{"nginx_admin_client_body_buffer_size"}, {"nginx_admin_client_max_body_size"}}},
      {"no connection to a control plane goes through a proxy",
       {{"proxy_server"}, {"proxy_server_ssl_verify"}}},
      {"the Admin API has threads of its own",
       {{"privileged_worker"}}},
      {"a name is asked for once, however many requests wait for it",
       {{"dns_no_sync", "off"}}},
      {"text answers of its own are UTF-8",
       {{"nginx_http_charset", "UTF-8"}}},
      {"port_maps is what is obeyed",
       {{"host_ports"}}},
  };
  return list;
}

// Settings of the table that are read and checked, but that nothing obeys yet.
constexpr Meaningless to_come[] = {
    {"client_ssl", "off", "certificates are not shown to upstreams yet"},
    {"client_ssl_cert", {}, "certificates are not shown to upstreams yet"},
    {"client_ssl_cert_key", {}, "certificates are not shown to upstreams yet"},
    {"nginx_http_client_body_buffer_size", {}, "bodies are streamed; up to replay_body_size are kept for a retry, up to 8 MiB for plugins that read them"},
    {"tracing_instrumentations", "off", "tracing is not built yet"},
    {"tracing_sampling_rate", {}, "tracing is not built yet"},
};

// Anything behind these is a directive for nginx or a setting of plugin servers and vaults. The first that fits gives the reason.
constexpr Meaningless prefixes[] = {
    {"nginx_stream_", {}, "TCP, TLS and UDP streams are not built yet"},
    {"nginx_supstream_", {}, "TCP, TLS and UDP streams are not built yet"},
    {"nginx_sproxy_", {}, "TCP, TLS and UDP streams are not built yet"},
    {"nginx_wasm_", {}, "there are no WebAssembly filters"},
    {"nginx_", {}, "there is no nginx underneath"},
    {"pluginserver_", {}, "there are no plugin servers"},
    {"vault_", {}, "there are the vaults env and file only"},
};

}  // namespace

std::span<const Meaningless> meaningless_settings() {
  static const std::vector<Meaningless> all = [] {
    std::vector<Meaningless> flat;
    for (const Reason& reason : reasons())
      for (const Reason::Name& name : reason.names) flat.push_back({name.name, name.harmless, reason.why});
    return flat;
  }();
  return all;
}

std::span<const Meaningless> settings_to_come() { return to_come; }

const Meaningless* find_meaningless(std::string_view name) {
  const auto all = meaningless_settings();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Meaningless& setting) { return setting.name == name; });
  if (found != all.end()) return &*found;
  const auto* prefix = std::find_if(std::begin(prefixes), std::end(prefixes), [&](const Meaningless& setting) { return name.starts_with(setting.name); });
  return prefix == std::end(prefixes) ? nullptr : prefix;
}

bool is_harmless(const Meaningless& setting, std::string_view text) {
  if (text.empty()) return true;
  for (std::string_view rest = setting.harmless; !rest.empty();) {
    const size_t end = std::min(rest.find('|'), rest.size());
    if (rest.substr(0, end) == text) return true;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return false;
}

}  // namespace runtime
