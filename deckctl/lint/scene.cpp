#include "deckctl/lint/scene.h"

#include <algorithm>

#include "schema/masked.h"

namespace deckctl::lint {

namespace {

constexpr uint16_t web_protocols = schema::protocol_http | schema::protocol_https | schema::protocol_grpc | schema::protocol_grpcs;

const schema::Value* plugin_fact(std::string_view plugin, std::string_view fact) {
  const schema::PluginShape* shape = schema::shapes().plugin(plugin);
  const schema::Value* facts = shape == nullptr ? nullptr : shape->config->schema->find("x-plugin");
  return facts == nullptr ? nullptr : facts->find(fact);
}

}  // namespace

bool is_authentication(const schema::Plugin& plugin) {
  const schema::Value* category = plugin_fact(plugin.name, "category");
  return category != nullptr && category->is_text() && category->as_text() == "authentication";
}

std::string_view credentials_of(const schema::Plugin& plugin) {
  const schema::Value* entities = is_authentication(plugin) ? plugin_fact(plugin.name, "entities") : nullptr;
  if (entities == nullptr || !entities->is_array() || entities->items().empty()) return {};
  const std::string_view collection = entities->items().front().as_text();
  const schema::EntityShape* kind = schema::shapes().entity(collection);
  return kind != nullptr && kind->shape->field("consumer") != nullptr ? kind->collection : std::string_view();
}

std::string called(const schema::Route& route) {
  return "route " +
         (route.name.empty() ? std::string(route.id) : schema::shown_field(route.entity, "name", route.name));
}
std::string called(const schema::Service& service) {
  return "service " + (service.name.empty() ? schema::shown_field(service.entity, "host", service.host)
                                            : schema::shown_field(service.entity, "name", service.name));
}

const schema::Plugin* ServedRoute::plugin(std::string_view name) const {
  for (const plugins::Ranked& ranked : chain)
    if (ranked.plugin->name == name) return ranked.plugin;
  return nullptr;
}

Scene::Scene(const schema::Config& of)
    : config(of), precedence(of, plugins::serves_http), complete(of.skipped_plugins.empty()) {
  served.reserve(config.routes.size());  // pointers into the list are handed out
  for (const schema::Route& route : config.routes) {
    if ((route.protocols & web_protocols) == 0 || (route.service != nullptr && !route.service->enabled)) continue;
    served.push_back({&route, precedence.chain(&route, route.service)});
    std::vector<plugins::Ranked>& chain = served.back().chain;
    served.back().known_at = static_cast<size_t>(std::ranges::find_if(chain, [](const plugins::Ranked& ranked) { return is_authentication(*ranked.plugin); }) - chain.begin());
    by_route[&route] = &served.back();
    if (route.service != nullptr) by_service[route.service].push_back(&served.back());
  }
  for (const schema::Upstream& upstream : config.upstreams) upstreams.emplace(upstream.name, &upstream);
}

std::vector<const ServedRoute*> Scene::routes_of(const schema::Plugin& plugin) const {
  std::vector<const ServedRoute*> routes;
  auto add = [&](const ServedRoute& route) {
    if (route.plugin(plugin.name) == &plugin) routes.push_back(&route);
  };
  if (plugin.route != nullptr) {
    if (auto found = by_route.find(plugin.route); found != by_route.end()) add(*found->second);
  } else if (plugin.service != nullptr) {
    if (auto found = by_service.find(plugin.service); found != by_service.end())
      for (const ServedRoute* route : found->second) add(*route);
  } else {
    for (const ServedRoute& route : served) add(route);
  }
  return routes;
}

const schema::Consumer* Scene::consumer(std::string_view id_or_name) const {
  for (const schema::Consumer& each : config.consumers)
    if (each.id == id_or_name || each.username == id_or_name) return &each;
  return nullptr;
}

}  // namespace deckctl::lint
