// Every entity: lists, single ones, and what hangs together. Derived from the shapes: a new entity needs nothing here.

#include <algorithm>
#include <set>

#include "gateway/admin/listing.h"
#include "gateway/admin/resources.h"
#include "gateway/admin/writes.h"
#include "schema/dump.h"
#include "schema/shape.h"

namespace admin {

namespace {

using schema::Config;
using schema::Entity;
using schema::EntityShape;

// Targets have no list of their own, and the certificate of a server name is not offered through it.
bool is_offered(const EntityShape& kind) { return !kind.internal && !kind.admin_path.empty() && kind.collection != "tags"; }
bool has_own_list(const EntityShape& kind) { return kind.collection != "targets"; }
bool leads_back(const EntityShape& kind) { return has_own_list(kind) && kind.collection != "snis"; }

// How a child is called below its parent: /consumers/ann/key-auth, but /key-auths.
std::string nested_name(const EntityShape& kind) {
  if (const schema::Value* about = kind.shape->schema->find("x-entity")) {
    if (const schema::Value* name = about->find("admin_nested_name")) return std::string(name->as_text());
  }
  return std::string(kind.admin_path.substr(1));
}

std::vector<const Entity*> all_of(const Config& config, std::string_view collection) {
  std::vector<const Entity*> entities;
  const auto found = config.entities.find(collection);
  if (found == config.entities.end()) return entities;
  for (const Entity& entity : found->second) entities.push_back(&entity);
  return entities;
}

std::string_view foreign_id(const Entity& entity, std::string_view field) { return schema::Reader(entity.shape, &entity.given).foreign(field); }

std::vector<const Entity*> children_of(const Config& config, std::string_view collection, std::string_view field, std::string_view parent_id) {
  auto entities = all_of(config, collection);
  std::erase_if(entities, [&](const Entity* entity) { return foreign_id(*entity, field) != parent_id; });
  return entities;
}

// Targets are shown newest first, one for each address.
std::vector<const Entity*> latest_targets(std::vector<const Entity*> targets) {
  std::set<std::string_view> seen;
  std::reverse(targets.begin(), targets.end());
  std::erase_if(targets, [&](const Entity* target) { return !seen.insert(schema::Reader(target->shape, &target->given).text("target")).second; });
  return targets;
}

// Names of this kind are looked up only when they can be names.
bool can_be_name(const EntityShape& kind, std::string_view key, Answer& refusal) {
  const schema::Shape* field = kind.endpoint_key.empty() ? nullptr : kind.shape->field(kind.endpoint_key);
  const schema::Value* check = field == nullptr ? nullptr : field->schema->find("x-check");
  if (check == nullptr || !check->is_text() || check->as_text() != "utf8_name" || looks_like_uuid(key)) return true;
  const auto fits = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '-' || c == '_' || c == '~' || (c & 0x80) != 0;
  };
  if (std::all_of(key.begin(), key.end(), fits)) return true;
  refusal = coded(400, 10, "invalid unique " + std::string(kind.endpoint_key),
                  "invalid value '" + std::string(key) + "': the only accepted ascii characters are alphanumerics or ., -, _, and ~");
  return false;
}

Answer one(const Request& request, const Config& config, const EntityShape& kind) {
  const std::string_view key = request.captures[0];
  Answer refusal;
  if (!can_be_name(kind, key, refusal)) return refusal;
  const Entity* entity = config.find(kind.collection, key);
  return entity != nullptr ? json(200, schema::to_json(*entity, {.mask_secrets = request.masked})) : message(404, "Not found");
}

void add_own(Routes& routes, Node& node, const EntityShape& kind) {
  const std::string list = std::string(kind.admin_path), single = list + "/{" + std::string(kind.collection) + "}";
  routes.add("GET", list, [&node, &kind](const Request& request) {
    const auto config = node.config();
    return list_page(request, kind.admin_path, all_of(*config, kind.collection));
  });
  routes.add("POST", list, [&kind](const Request& request) { return refuse_write(request, kind, Write::create); });
  routes.add("GET", single, [&node, &kind](const Request& request) {
    const auto config = node.config();
    return one(request, *config, kind);
  });
  for (const auto& [method, write] : {std::pair{"PUT", Write::upsert}, std::pair{"PATCH", Write::update}, std::pair{"DELETE", Write::remove}}) {
    routes.add(method, single, [&kind, verb = write](const Request& request) { return refuse_write(request, kind, verb, request.captures[0]); });
  }
}

// /services/{services}/routes and /services/{services}/routes/{routes}.
void add_children(Routes& routes, Node& node, const EntityShape& parent, const EntityShape& child, std::string_view field) {
  const std::string list = std::string(parent.admin_path) + "/{" + std::string(parent.collection) + "}/" + nested_name(child);
  const std::string single = list + "/{" + std::string(child.collection) + "}";
  routes.add("GET", list, [&node, &parent, &child, field](const Request& request) {
    const auto config = node.config();
    const Entity* above = config->find(parent.collection, request.captures[0]);
    if (above == nullptr) return message(404, "Not found");
    auto entities = children_of(*config, child.collection, field, above->id);
    if (child.collection == "targets") entities = latest_targets(std::move(entities));
    return list_page(request, request.path, std::move(entities));
  });
  routes.add("POST", list, [&node, &parent, &child, field](const Request& request) {
    const auto config = node.config();
    if (config->find(parent.collection, request.captures[0]) == nullptr) return message(404, "Not found");
    return refuse_write(request, child, Write::create, {}, field);
  });
  routes.add("GET", single, [&node, &parent, &child, field](const Request& request) {
    const auto config = node.config();
    const Entity* above = config->find(parent.collection, request.captures[0]);
    const Entity* entity = above == nullptr ? nullptr : config->find(child.collection, request.captures[1]);
    if (entity == nullptr && above != nullptr) {
      // The same target may serve several upstreams: the name alone is not enough to find it.
      for (const Entity* candidate : children_of(*config, child.collection, field, above->id)) {
        if (!child.endpoint_key.empty() && schema::Reader(candidate->shape, &candidate->given).text(child.endpoint_key) == request.captures[1]) entity = candidate;
      }
    }
    if (entity == nullptr || foreign_id(*entity, field) != above->id) return message(404, "Not found");
    return json(200, schema::to_json(*entity, {.mask_secrets = request.masked}));
  });
  for (const auto& [method, write] : {std::pair{"PUT", Write::upsert}, std::pair{"PATCH", Write::update}, std::pair{"DELETE", Write::remove}}) {
    routes.add(method, single, [&child, field, verb = write](const Request& request) { return refuse_write(request, child, verb, request.captures[1], field); });
  }
}

// /routes/{routes}/service: what a field of an entity refers to.
void add_reference(Routes& routes, Node& node, const EntityShape& kind, const EntityShape& target, std::string_view field) {
  const std::string path = std::string(kind.admin_path) + "/{" + std::string(kind.collection) + "}/" + std::string(field);
  routes.add("GET", path, [&node, &kind, &target, field](const Request& request) {
    const auto config = node.config();
    const Entity* entity = config->find(kind.collection, request.captures[0]);
    const Entity* other = entity == nullptr ? nullptr : config->find(target.collection, foreign_id(*entity, field));
    return other != nullptr ? json(200, schema::to_json(*other, {.mask_secrets = request.masked})) : message(404, "Not found");
  });
  for (const auto& [method, write] : {std::pair{"PUT", Write::upsert}, std::pair{"PATCH", Write::update}, std::pair{"DELETE", Write::remove}}) {
    routes.add(method, path, [&target, verb = write](const Request& request) { return refuse_write(request, target, verb); });
  }
}

}  // namespace

void add_entities(Routes& routes, Node& node) {
  for (const EntityShape& kind : schema::shapes().entities()) {
    if (!is_offered(kind)) continue;
    if (has_own_list(kind)) add_own(routes, node, kind);
    for (const schema::Shape* field : kind.shape->fields) {
      const EntityShape* target = field->type == schema::Type::foreign ? schema::shapes().entity(field->foreign) : nullptr;
      if (target == nullptr || !is_offered(*target)) continue;
      add_children(routes, node, *target, kind, field->name);
      if (leads_back(kind)) add_reference(routes, node, kind, *target, field->name);
    }
  }
  routes.add("GET", "/upstreams/{upstreams}/targets/all", [&node](const Request& request) {
    const auto config = node.config();
    const Entity* upstream = config->find("upstreams", request.captures[0]);
    if (upstream == nullptr) return message(404, "Not found");
    return list_page(request, request.path, children_of(*config, "targets", "upstream", upstream->id));
  });
}

}  // namespace admin
