#pragma once
// What the settings say about proxying, in the units the proxy works with. Filled once at the start; the same for all workers.

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "gateway/http/error_body.h"
#include "gateway/http/message.h"
#include "gateway/net/ip_network.h"

namespace proxy {

struct Options {
  http::HeadLimits head;
  uint64_t body_bytes_max = 0;               // 0: no limit
  uint32_t header_timeout_ms = 60'000;       // from the first byte of a head to its last
  uint32_t body_timeout_ms = 60'000;         // silence within a request body
  uint32_t keepalive_timeout_ms = 75'000;    // an idle client connection
  uint32_t keepalive_requests = 10'000;      // requests of one client connection
  uint32_t tunnel_idle_timeout_ms = 60'000;  // both directions silent
  uint32_t send_timeout_ms = 60'000;         // a client that does not read
  bool ignore_client_abort = false;          // a client that ends its direction is answered all the same
  // Bodies up to this size are kept for a retry on another target.
  uint64_t replay_bytes_max = 64 * 1024;

  uint32_t upstream_idle_max = 512;          // idle connections of one pool key
  uint32_t upstream_requests_max = 10'000;   // of one upstream connection
  uint32_t upstream_idle_timeout_ms = 60'000;

  bool server_header = true, via_header = true, request_id_header = true, upstream_status_header = false;
  bool proxy_latency_header = true, upstream_latency_header = true, response_latency_header = true;
  bool request_id_upstream = true;
  bool allow_debug_header = false;
  bool request_debug = true;        // a client may ask where its time goes: from this machine, or with the token
  std::string request_debug_token;  // empty: there is none
  bool real_ip_recursive = false;
  std::vector<std::pair<uint16_t, uint16_t>> port_maps;  // inside -> outside: what clients know of our ports
  std::string real_ip_header = "X-Real-IP";
  std::vector<net::IpNetwork> trusted;
  std::string error_default_type = "text/plain";
  http::ErrorTemplates error_templates;
};

}  // namespace proxy
