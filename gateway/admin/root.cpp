// What the node says of itself: version, plugins, settings, the paths it knows.

#include <unistd.h>

#include <set>

#include "gateway/admin/resources.h"
#include "gateway/scripting/state.h"
#include "schema/shape.h"

namespace admin {

namespace {

std::string host_name() {
  char name[256] = "";
  gethostname(name, sizeof name - 1);
  return name;
}

std::string available_plugins(Node& node) {
  std::string out;
  for (const schema::PluginShape& plugin : schema::shapes().plugins()) {
    if (!plugin.built || !node.offers(plugin.name)) continue;
    out += (out.empty() ? "" : ",") + quoted(plugin.name) + ":{\"version\":" + quoted(spoken_version) +
           ",\"priority\":" + std::to_string(plugin.priority) + "}";
  }
  return "{" + out + "}";
}

std::string enabled_plugins(Node& node) {
  const auto config = node.config();
  std::set<std::string_view> names;
  if (config != nullptr) {
    for (const schema::Plugin& plugin : config->plugins) names.insert(plugin.name);
  }
  std::string out;
  for (const std::string_view name : names) out += (out.empty() ? "" : ",") + quoted(name);
  return "[" + out + "]";
}

std::string setting(Node& node, std::string_view wanted) {
  for (const auto& [name, value] : node.settings()) {
    if (name == wanted) return value;
  }
  return {};
}

Answer root(Node& node) {
  std::string configuration;
  for (const auto& [name, value] : node.settings()) configuration += (configuration.empty() ? "" : ",") + quoted(name) + ":" + quoted(value);
  const std::string pid = std::to_string(getpid());
  return json(
      200,
      "{\"tagline\":\"Welcome to gateway\",\"version\":" + quoted(spoken_version) +
          ",\"gateway_version\":" + quoted(GATEWAY_VERSION) +
          ",\"edition\":\"community\",\"hostname\":" + quoted(host_name()) + ",\"node_id\":" + quoted(node.node_id()) +
          ",\"timers\":{\"running\":0,\"pending\":0},\"plugins\":{\"available_on_server\":" + available_plugins(node) +
          ",\"enabled_in_cluster\":" + enabled_plugins(node) + "},\"lua_version\":\"" + std::string(script::lua_version()) + "\",\"configuration\":{" +
          configuration + "},\"pids\":{\"master\":" + pid + ",\"workers\":[" + pid + "]}}");
}

}  // namespace

void add_root(Routes& routes, Node& node) {
  routes.add("GET", "/", [&node](const Request&) { return root(node); });
  routes.add("GET", "/timers", [](const Request&) {
    return json(200, "{\"worker\":{\"id\":0,\"count\":1},\"stats\":{\"flamegraph\":{},\"sys\":{\"total\":0,\"runs\":0,\"running\":0,\"pending\":0,\"waiting\":0},\"timers\":{}}}");
  });
  routes.add("GET", "/debug/node/log-level", [&node](const Request&) { return message(200, "log level: " + setting(node, "log_level")); });
  // Told to all nodes of a cluster or kept by none: without a database the level is a setting.
  for (const char* pattern : {"/debug/node/log-level/{log_level}", "/debug/cluster/log-level/{log_level}", "/debug/cluster/control-planes-nodes/log-level/{log_level}"})
    routes.add("PUT", pattern, [](const Request&) { return message(405, "cannot change log level when not using a database"); });
  // Nothing is cached between the configuration and the proxy: there is nothing to find, and nothing to forget.
  routes.add("DELETE", "/cache", [](const Request&) { return empty(204); });
  routes.add("GET", "/cache/{key}", [](const Request&) { return message(404, "Not found"); });
  routes.add("DELETE", "/cache/{key}", [](const Request&) { return empty(204); });
  std::string paths;
  routes.add("GET", "/endpoints", {});
  for (const std::string& pattern : routes.patterns()) paths += (paths.empty() ? "" : ",") + quoted(pattern);
  routes.add("GET", "/endpoints", [body = "{\"data\":[" + paths + "]}"](const Request&) { return json(200, body); });
}

}  // namespace admin
