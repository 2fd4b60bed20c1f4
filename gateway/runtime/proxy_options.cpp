#include "gateway/runtime/proxy_options.h"

#include "gateway/runtime/file_text.h"

namespace runtime {

namespace {

void read_template(const std::string& path, std::string_view setting, std::string& text, std::vector<std::string>& errors) {
  if (path.empty()) return;
  auto content = read_text(path);
  if (!content)
    errors.push_back(std::string(setting) + ": cannot read " + path);
  else
    text = std::move(*content);
}

}  // namespace

proxy::Options proxy_options(const Settings& settings, std::vector<std::string>& errors) {
  proxy::Options options;
  options.head.target_bytes_max = settings.header_line_bytes_max;
  options.head.header_bytes_max = settings.header_bytes_max;
  options.head.headers_max = settings.headers_max;
  options.body_bytes_max = settings.client_max_body_bytes;
  options.replay_bytes_max = settings.replay_bytes_max;
  options.header_timeout_ms = settings.client_header_timeout_ms;
  options.body_timeout_ms = settings.client_body_timeout_ms;
  options.keepalive_timeout_ms = settings.keepalive_timeout_ms;
  options.keepalive_requests = settings.keepalive_requests;
  options.ignore_client_abort = settings.ignore_client_abort;
  options.send_timeout_ms = settings.send_timeout_ms;
  options.upstream_idle_max = settings.upstream_keepalive_pool_size;
  options.upstream_requests_max = settings.upstream_keepalive_max_requests;
  options.upstream_idle_timeout_ms = settings.upstream_keepalive_idle_timeout_ms;
  options.server_header = settings.headers.server;
  options.via_header = settings.headers.via;
  options.proxy_latency_header = settings.headers.proxy_latency;
  options.upstream_latency_header = settings.headers.upstream_latency;
  options.response_latency_header = settings.headers.response_latency;
  options.request_id_header = settings.headers.request_id;
  options.upstream_status_header = settings.headers.upstream_status;
  options.request_id_upstream = settings.request_id_upstream;
  options.allow_debug_header = settings.allow_debug_header;
  options.request_debug = settings.request_debug;
  options.request_debug_token = settings.request_debug_token;
  options.real_ip_header = settings.real_ip_header;
  for (const PortMap& map : settings.port_maps) options.port_maps.emplace_back(map.inside, map.outside);
  options.real_ip_recursive = settings.real_ip_recursive;
  options.error_default_type = settings.error_default_type;
  for (const std::string& text : settings.trusted_ips) {
    if (const auto network = net::IpNetwork::parse(text))
      options.trusted.push_back(*network);
    else
      errors.push_back("trusted_ips: " + text + ": neither an address nor a CIDR block");
  }
  read_template(settings.error_template_html, "error_template_html", options.error_templates.html, errors);
  read_template(settings.error_template_json, "error_template_json", options.error_templates.json, errors);
  read_template(settings.error_template_xml, "error_template_xml", options.error_templates.xml, errors);
  read_template(settings.error_template_plain, "error_template_plain", options.error_templates.plain, errors);
  return options;
}

}  // namespace runtime
