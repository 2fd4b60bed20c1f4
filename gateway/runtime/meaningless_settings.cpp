// Settings that Kong 3.9 knows and that mean nothing to this process. A file or environment that has them works unchanged; each is
// warned about once, unless its value asks for what happens here anyway.

#include <algorithm>

#include "gateway/runtime/setting_table.h"

namespace runtime {

namespace {

constexpr Meaningless names[] = {
    {"_debug_pg_ttl_cleanup_interval"}, {"admin_gui_access_log"}, {"admin_gui_api_url"}, {"admin_gui_csp_header", "off"},
    {"admin_gui_error_log"}, {"admin_gui_listen", "off"}, {"admin_gui_path"}, {"admin_gui_ssl_cert"}, {"admin_gui_ssl_cert_key"},
    {"admin_gui_url"}, {"anonymous_reports", "off"}, {"cluster_ca_cert"}, {"cluster_cert"}, {"cluster_cert_key"},
    {"cluster_cjson"}, {"cluster_control_plane"}, {"cluster_data_plane_purge_delay"}, {"cluster_dp_labels"}, {"cluster_listen"},
    {"cluster_max_payload"}, {"cluster_mtls"}, {"cluster_ocsp"}, {"cluster_rpc", "off"}, {"cluster_rpc_sync"}, {"cluster_server_name"},
    {"cluster_use_proxy"}, {"db_cache_neg_ttl"}, {"db_cache_ttl"}, {"db_cache_warmup_entities"}, {"db_resurrect_ttl"},
    {"db_update_frequency"}, {"db_update_propagation"}, {"debug_ssl_cert"}, {"debug_ssl_cert_key"}, {"dedicated_config_processing"},
    {"dns_no_sync", "off"}, {"host_ports"}, {"kic", "off"}, {"lmdb_environment_path"}, {"lmdb_map_size"}, {"lua_max_post_args"},
    {"lua_max_req_headers"}, {"lua_max_resp_headers"}, {"lua_max_uri_args"}, {"lua_package_cpath"}, {"lua_package_path"},
    {"lua_socket_pool_size"}, {"lua_ssl_protocols"}, {"lua_ssl_verify_depth"}, {"mem_cache_size"}, {"new_dns_client", "off"},
    {"nginx_admin_client_body_buffer_size"}, {"nginx_admin_client_max_body_size"}, {"nginx_daemon", "off"}, {"nginx_events_multi_accept"},
    {"nginx_events_worker_connections"}, {"nginx_http_charset"}, {"nginx_http_client_header_buffer_size"},
    {"nginx_http_grpc_ssl_conf_command"}, {"nginx_http_lua_regex_cache_max_entries"}, {"nginx_http_lua_regex_match_limit"},
    {"nginx_http_lua_ssl_conf_command"}, {"nginx_http_proxy_ssl_conf_command"}, {"nginx_http_ssl_conf_command"}, {"nginx_http_ssl_dhparam"},
    {"nginx_http_ssl_prefer_server_ciphers"}, {"nginx_http_ssl_session_tickets"}, {"nginx_http_ssl_session_timeout"},
    {"nginx_main_daemon", "off"}, {"nginx_main_user"}, {"nginx_main_worker_rlimit_nofile"}, {"nginx_stream_lua_ssl_conf_command"},
    {"nginx_stream_proxy_ssl_conf_command"}, {"nginx_stream_ssl_conf_command"}, {"nginx_stream_ssl_dhparam"},
    {"nginx_stream_ssl_prefer_server_ciphers"}, {"nginx_stream_ssl_protocols"}, {"nginx_stream_ssl_session_tickets"},
    {"nginx_stream_ssl_session_timeout"}, {"nginx_user"}, {"nginx_wasm_main_shm_kv"}, {"openresty_path"}, {"opentelemetry_tracing", "off"},
    {"opentelemetry_tracing_sampling_rate"}, {"pg_backlog"}, {"pg_database"}, {"pg_host"}, {"pg_keepalive_timeout"},
    {"pg_max_concurrent_queries"}, {"pg_password"}, {"pg_pool_size"}, {"pg_port"}, {"pg_ro_backlog"}, {"pg_ro_database"}, {"pg_ro_host"},
    {"pg_ro_keepalive_timeout"}, {"pg_ro_max_concurrent_queries"}, {"pg_ro_password"}, {"pg_ro_pool_size"}, {"pg_ro_port"},
    {"pg_ro_schema"}, {"pg_ro_semaphore_timeout"}, {"pg_ro_ssl"}, {"pg_ro_ssl_verify"}, {"pg_ro_timeout"}, {"pg_ro_user"}, {"pg_schema"},
    {"pg_semaphore_timeout"}, {"pg_ssl"}, {"pg_ssl_verify"}, {"pg_timeout"}, {"pg_user"}, {"pluginserver_names"}, {"privileged_worker"},
    {"proxy_server"}, {"proxy_server_ssl_verify"}, {"proxy_stream_access_log"}, {"proxy_stream_error_log"}, {"request_debug"},
    {"request_debug_token"}, {"resolver_address"}, {"resolver_error_ttl"}, {"resolver_family"}, {"resolver_hosts_file"},
    {"resolver_lru_cache_size"}, {"resolver_mem_cache_size"}, {"resolver_stale_ttl"}, {"resolver_valid_ttl"}, {"router_consistency"},
    {"ssl_dhparam"}, {"ssl_prefer_server_ciphers"}, {"ssl_session_cache_size"}, {"ssl_session_tickets"}, {"ssl_session_timeout"},
    {"status_access_log", "off"}, {"status_error_log"}, {"stream_listen", "off"}, {"untrusted_lua", "sandbox"},
    {"untrusted_lua_sandbox_environment"}, {"untrusted_lua_sandbox_requires"}, {"vaults", "bundled"}, {"wasm", "off"},
    {"wasm_dynamic_module"}, {"wasm_filters"}, {"wasm_filters_path"}, {"worker_consistency", "eventual"}, {"worker_events_max_payload"},
    {"worker_state_update_frequency"},
};

constexpr Meaningless to_come[] = {
    {"client_ssl", "off"}, {"client_ssl_cert"}, {"client_ssl_cert_key"}, {"dns_cache_size"}, {"dns_order"},
    {"lua_ssl_trusted_certificate", "system"}, {"nginx_http_client_body_buffer_size"}, {"plugins", "bundled"}, {"proxy_access_log", "off"},
    {"ssl_cipher_suite"}, {"ssl_ciphers"}, {"ssl_protocols"}, {"tracing_instrumentations", "off"}, {"tracing_sampling_rate"}, {"vault_env_prefix"},
};

// Anything behind these is a directive for nginx or a setting of plugin servers and vaults.
constexpr std::string_view prefixes[] = {
    "nginx_main_", "nginx_events_", "nginx_http_", "nginx_upstream_", "nginx_proxy_", "nginx_location_", "nginx_status_", "nginx_admin_",
    "nginx_stream_", "nginx_supstream_", "nginx_sproxy_", "pluginserver_", "vault_",
};

}  // namespace

std::span<const Meaningless> meaningless_settings() { return names; }

std::span<const Meaningless> settings_to_come() { return to_come; }

bool is_nginx_directive(std::string_view name) {
  return std::any_of(std::begin(prefixes), std::end(prefixes), [&](std::string_view prefix) { return name.starts_with(prefix); });
}

}  // namespace runtime
