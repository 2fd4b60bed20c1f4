// What entities and plugins may hold, and whether one would be accepted.

#include "gateway/admin/kong_schema.h"
#include "gateway/admin/resources.h"
#include "gateway/admin/writes.h"

namespace admin {

namespace {

Answer unknown(std::string_view what, std::string_view name) { return message(404, "No " + std::string(what) + " named '" + std::string(name) + "'"); }

Answer show_entity(const Request& request) {
  const schema::EntityShape* entity = schema::shapes().entity(request.captures[0]);
  return entity != nullptr ? json(200, kong_schema(*entity)) : unknown("entity", request.captures[0]);
}

Answer show_plugin(Node& node, const Request& request) {
  const schema::PluginShape* plugin = schema::shapes().plugin(request.captures[0]);
  return plugin != nullptr && node.offers(plugin->name) ? json(200, kong_schema(*plugin))
                                                        : unknown("plugin", request.captures[0]);
}

// Variables are the one vault there is; its settings are those of the entity.
Answer show_vault(const Request& request) {
  const schema::EntityShape* vaults = schema::shapes().entity("vaults");
  return request.captures[0] == "env" && vaults != nullptr ? json(200, kong_schema(*vaults)) : unknown("vault", request.captures[0]);
}

Answer validate(const Request& request) {
  const schema::EntityShape* entity = schema::shapes().entity(request.captures[0]);
  return entity != nullptr ? validate_entity(request, *entity) : unknown("entity", request.captures[0]);
}

}  // namespace

void add_schemas(Routes& routes, Node& node) {
  routes.add("GET", "/schemas/{name}", show_entity);
  routes.add("GET", "/schemas/plugins/{name}", [&node](const Request& request) { return show_plugin(node, request); });
  routes.add("GET", "/schemas/vaults/{name}", show_vault);
  routes.add("GET", "/schemas/filters/{name}", [](const Request& request) { return unknown("filter", request.captures[0]); });
  routes.add("POST", "/schemas/{db_entity_name}/validate", validate);
  for (const char* collection : {"plugins", "vaults"}) {
    const schema::EntityShape* entity = schema::shapes().entity(collection);
    if (entity == nullptr) continue;
    routes.add("POST", std::string("/schemas/") + collection + "/validate", [entity](const Request& request) { return validate_entity(request, *entity); });
  }
  routes.add("GET", "/plugins/enabled", [&node](const Request&) {
    std::string names;
    for (const schema::PluginShape& plugin : schema::shapes().plugins()) {
      if (plugin.built && node.offers(plugin.name)) names += (names.empty() ? "" : ",") + quoted(plugin.name);
    }
    return json(200, "{\"enabled_plugins\":[" + names + "]}");
  });
}

}  // namespace admin
