// What the node says of itself.

#include "gateway/admin/resources.h"
#include "schema/shape.h"

namespace admin {

namespace {

std::string number(uint64_t value) { return std::to_string(value); }

Answer status(Node& node) {
  const Connections connections = node.connections();
  auto config = node.config();
  std::string warnings;
  for (const std::string& warning : node.warnings()) warnings.append(warnings.empty() ? "" : ",").append(quoted(warning));
  return json(200, "{\"server\":{\"connections_accepted\":" + number(connections.accepted) + ",\"connections_active\":" + number(connections.active) +
                       ",\"connections_handled\":" + number(connections.handled) + ",\"connections_reading\":" + number(connections.reading) +
                       ",\"connections_waiting\":" + number(connections.waiting) + ",\"connections_writing\":" + number(connections.writing) +
                       ",\"total_requests\":" + number(connections.requests) + "},\"memory\":{\"lua_shared_dicts\":{},\"workers_lua_vms\":[]}" +
                       ",\"configuration_hash\":" + quoted(config ? config->hash : std::string(32, '0')) + ",\"warnings\":[" + warnings + "]}");
}

Answer root(Node& node) {
  std::string available, enabled;
  for (const schema::PluginShape& plugin : schema::shapes().plugins())
    if (plugin.built)
      available.append(available.empty() ? "" : ",").append(quoted(plugin.name)).append(":{\"version\":").append(quoted(GATEWAY_VERSION))
          .append(",\"priority\":").append(std::to_string(plugin.priority)).append("}");
  std::string configuration;
  for (const auto& [name, value] : node.settings()) configuration.append(configuration.empty() ? "" : ",").append(quoted(name)).append(":").append(quoted(value));
  return json(200, "{\"tagline\":\"Welcome to gateway\",\"version\":" + quoted(GATEWAY_VERSION) + ",\"edition\":\"community\",\"node_id\":" +
                       quoted(node.node_id()) + ",\"plugins\":{\"available_on_server\":{" + available + "},\"enabled_in_cluster\":[" + enabled +
                       "]},\"configuration\":{" + configuration + "}}");
}

}  // namespace

void add_root(Routes& routes, Node& node) {
  routes.add("GET", "/", [&node](const Request&) { return root(node); });
}

void add_status(Routes& routes, Node& node) {
  routes.add("GET", "/status", [&node](const Request&) { return status(node); });
  routes.add("GET", "/metrics", [&node](const Request&) {
    Answer answer;
    answer.body = node.metrics();
    answer.content_type = "text/plain; charset=UTF-8";
    return answer;
  });
}

void add_readiness(Routes& routes, Node& node) {
  routes.add("GET", "/status/ready", [&node](const Request&) {
    std::string reason;
    return node.ready(reason) ? message(200, "ready") : message(503, reason);
  });
  routes.add("GET", "/status/dns", [](const Request&) { return message(501, "not implemented with the legacy DNS client"); });
}

}  // namespace admin
