// Every entity: lists and single ones. Writes are refused: the configuration is the file.

#include <algorithm>

#include "gateway/admin/resources.h"
#include "schema/dump.h"
#include "schema/shape.h"

namespace admin {

namespace {

Answer list(Node& node, std::string_view collection, const std::string& parent_field, const std::string& parent_id) {
  auto config = node.config();
  std::string data;
  if (auto found = config->entities.find(collection); found != config->entities.end())
    for (const schema::Entity& entity : found->second) {
      if (!parent_field.empty() && schema::Reader(entity.shape, &entity.given).foreign(parent_field) != parent_id) continue;
      data.append(data.empty() ? "" : ",").append(schema::to_json(entity));
    }
  return json(200, "{\"data\":[" + data + "],\"next\":null}");
}

void refuse_writes(Routes& routes, const std::string& path, std::string_view collection, std::initializer_list<std::pair<const char*, const char*>> verbs) {
  for (const auto& [method, verb] : verbs)
    routes.add(method, path, [text = std::string("cannot ") + verb + " '" + std::string(collection) + "' entities when not using a database"](const Request&) {
      return coded(405, 12, "operation unsupported", text);
    });
}

}  // namespace

void add_entities(Routes& routes, Node& node) {
  for (const schema::EntityShape& kind : schema::shapes().entities()) {
    if (kind.internal || kind.admin_path.empty()) continue;
    const std::string path(kind.admin_path);
    const std::string_view collection = kind.collection;
    routes.add("GET", path, [&node, collection](const Request&) { return list(node, collection, "", ""); });
    routes.add("GET", path + "/{id}", [&node, collection](const Request& request) {
      auto config = node.config();
      const schema::Entity* entity = config->find(collection, request.captures[0]);
      return entity != nullptr ? json(200, schema::to_json(*entity)) : message(404, "Not found");
    });
    refuse_writes(routes, path, collection, {{"POST", "create"}});
    refuse_writes(routes, path + "/{id}", collection, {{"PUT", "create or update"}, {"PATCH", "update"}, {"DELETE", "remove"}});
    for (const schema::Nesting& nested : kind.nested) {
      const schema::EntityShape* child = schema::shapes().entity(nested.entity);
      if (child == nullptr || child->internal || child->admin_path.empty()) continue;
      routes.add("GET", path + "/{id}" + std::string(child->admin_path), [&node, collection, nested](const Request& request) {
        auto config = node.config();
        const schema::Entity* parent = config->find(collection, request.captures[0]);
        return parent != nullptr ? list(node, nested.entity, std::string(nested.field), std::string(parent->id)) : message(404, "Not found");
      });
    }
  }
}

void add_tags(Routes&, Node&) {}

void add_schemas(Routes& routes, Node&) {
  routes.add("GET", "/plugins/enabled", [](const Request&) {
    std::string names;
    for (const schema::PluginShape& plugin : schema::shapes().plugins())
      if (plugin.built) names.append(names.empty() ? "" : ",").append(quoted(plugin.name));
    return json(200, "{\"enabled_plugins\":[" + names + "]}");
  });
}

void add_health(Routes&, Node&, bool) {}

}  // namespace admin
