#include "gateway/runtime/gauges.h"

#include <unistd.h>

#include <array>

#include "gateway/plugins/prometheus.h"
#include "gateway/runtime/node.h"

namespace runtime {

namespace {

using observe::Samples;

void connections(Samples& samples, Node& node) {
  const admin::Connections now = node.connections();
  const std::pair<std::string_view, uint64_t> states[] = {{"accepted", now.accepted}, {"active", now.active},     {"handled", now.handled},
                                                          {"reading", now.reading},   {"total", now.requests},    {"waiting", now.waiting},
                                                          {"writing", now.writing}};
  for (const auto& [state, count] : states)
    samples.add({{"node_id", node.node_id()}, {"subsystem", "http"}, {"state", state}}, static_cast<double>(count));
}

// Only when a prometheus plugin asks for it: there may be thousands of targets.
void target_health(Samples& samples, Node& node) {
  constexpr std::array<std::string_view, 4> states = {"healthchecks_off", "healthy", "unhealthy", "dns_error"};
  const auto config = node.config();
  if (config == nullptr || !plugins::wants_upstream_health(*config)) return;
  for (const schema::Upstream& upstream : config->upstreams) {
    for (const admin::TargetHealth& health : node.health(upstream)) {
      std::string present = health.health;
      for (char& c : present) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
      for (const std::string_view state : states)
        samples.add({{"upstream", upstream.name}, {"target", health.target->target}, {"address", health.target->target}, {"state", state}, {"subsystem", "http"}},
                    state == present ? 1 : 0);
    }
  }
}

void dictionaries(Samples& samples, Node& node) {
  for (const char* name : admin::shared_dictionaries)
    samples.add({{"node_id", node.node_id()}, {"shared_dict", name}, {"kong_subsystem", "http"}}, 0);
}

}  // namespace

// Texts are those that dashboards' tools have seen so far. What has no counterpart here is told as empty; the Lua memory is the process's.
void register_gauges(observe::Metrics& metrics, Node& node) {
  metrics.gauge("kong_nginx_connections_total", "Number of connections by subsystem", [&node](Samples& s) { connections(s, node); });
  metrics.gauge("kong_nginx_requests_total", "Number of requests total", [&node](Samples& s) {
    s.add({{"node_id", node.node_id()}, {"subsystem", "http"}}, static_cast<double>(node.connections().requests));
  });
  metrics.gauge("kong_nginx_timers", "Number of nginx timers", [](Samples& s) {
    s.add({{"state", "pending"}}, 0);
    s.add({{"state", "running"}}, 0);
  });
  metrics.gauge("kong_datastore_reachable", "Datastore reachable from Kong, 0 is unreachable", [](Samples& s) { s.add({}, 1); });
  metrics.gauge("kong_node_info", "Kong Node metadata information", [&node](Samples& s) {
    s.add({{"node_id", node.node_id()}, {"version", admin::spoken_version}}, 1);
  });
  metrics.counter_callback("gateway_connections_refused_total", "Client connections over connections_max", [&node](Samples& s) {
    s.add({}, static_cast<double>(node.turned_away()));
  });
  metrics.gauge("gateway_info", "This node and its version", [&node](Samples& s) { s.add({{"node_id", node.node_id()}, {"version", GATEWAY_VERSION}}, 1); });
  metrics.gauge("kong_memory_lua_shared_dict_bytes", "Allocated slabs in bytes in a shared_dict", [&node](Samples& s) { dictionaries(s, node); });
  metrics.gauge("kong_memory_lua_shared_dict_total_bytes", "Total capacity in bytes of a shared_dict", [&node](Samples& s) { dictionaries(s, node); });
  metrics.gauge("kong_memory_workers_lua_vms_bytes", "Allocated bytes in worker Lua VM", [&node](Samples& s) {
    s.add({{"node_id", node.node_id()}, {"pid", std::to_string(getpid())}, {"kong_subsystem", "http"}}, static_cast<double>(node.resident_bytes()));
  });
  metrics.gauge("kong_upstream_target_health", "1 for the present state of a target", [&node](Samples& s) { target_health(s, node); });
  metrics.counter_callback("kong_nginx_metric_errors_total", "Number of nginx-lua-prometheus errors", [&metrics](Samples& s) {
    s.add({}, static_cast<double>(metrics.series_refused()));
  });
  metrics.counter_callback("gateway_configurations_loaded_total", "Configurations taken over since the start", [&node](Samples& s) {
    s.add({}, static_cast<double>(node.loaded_count()));
  });
  metrics.counter_callback("gateway_log_lines_dropped_total", "Lines of access logs and log plugins that no file or stream took",
                           [&node](Samples& s) { s.add({}, static_cast<double>(node.log_files().dropped())); });
  metrics.gauge("gateway_configurations_live", "Configurations in memory: the running one and those that open requests began with", [&node](Samples& s) {
    s.add({}, static_cast<double>(node.live_count()));
  });
  metrics.counter_callback("gateway_configurations_refused_total", "Configurations refused since the start", [&node](Samples& s) {
    s.add({}, static_cast<double>(node.refused_count()));
  });
}

}  // namespace runtime
