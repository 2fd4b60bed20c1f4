#include <algorithm>

#include "deckctl/lint/checks.h"
#include "deckctl/lint/findings.h"
#include "deckctl/lint/scene.h"

namespace deckctl::lint {

namespace {

enum class ConsumerRun : uint8_t { runs, nobody_known, too_early, replaced };

// How a consumer's plugin of that rank fares on one route.
ConsumerRun run_on(const Scene& scene, const schema::Plugin& plugin, uint16_t rank, const ServedRoute& served) {
  if (served.authentication() == nullptr) return ConsumerRun::nobody_known;
  if (rank <= served.chain[served.known_at].rank) return ConsumerRun::too_early;
  for (const plugins::Ranked& ranked : scene.precedence.chain_of_consumer(served.chain, served.known_at, plugin.consumer, served.route, served.route->service))
    if (ranked.plugin == &plugin) return ConsumerRun::runs;
  return ConsumerRun::replaced;
}

uint16_t rank_of(const Scene& scene, const schema::Plugin& plugin) {
  for (const auto& own : scene.precedence.of(plugin.consumer))
    if (own.slot.plugin == &plugin) return own.slot.rank;
  return 0;
}

void look_at_consumers_plugin(const Scene& scene, const schema::Plugin& plugin, Findings& findings) {
  ConsumerRun best = ConsumerRun::nobody_known;
  bool any = false;
  const uint16_t rank = rank_of(scene, plugin);
  for (const ServedRoute& served : scene.served) {
    if ((plugin.route != nullptr && plugin.route != served.route) || (plugin.service != nullptr && plugin.service != served.route->service)) continue;
    any = true;
    const ConsumerRun run = run_on(scene, plugin, rank, served);
    if (run == ConsumerRun::runs) return;
    if (best == ConsumerRun::nobody_known) best = run;
  }
  if (!any) return;
  const std::string name(plugin.name);
  if (best == ConsumerRun::nobody_known)
    findings.add(*plugin.entity, {"name"}, name + " waits for a consumer on routes where nothing authenticates");
  else if (best == ConsumerRun::too_early)
    findings.add(*plugin.entity, {"name"}, name + " has its turn before the authentication, when no consumer is known", "it cannot be bound to a consumer");
  else
    findings.add(*plugin.entity, {"name"}, name + " is replaced by more specific ones on every route");
}

std::vector<const ServedRoute*> routes_in_scope(const Scene& scene, const schema::Plugin& plugin) {
  std::vector<const ServedRoute*> routes;
  for (const ServedRoute& served : scene.served)
    if ((plugin.route == nullptr || plugin.route == served.route) && (plugin.service == nullptr || plugin.service == served.route->service)) routes.push_back(&served);
  return routes;
}

bool has_method(const schema::Route& route, std::string_view method) {
  return route.methods.empty() || std::ranges::find(route.methods, method) != route.methods.end();
}

// Whether another route takes the preflight requests of this one and knows cors: people split routes by method.
bool preflight_goes_elsewhere(const Scene& scene, const schema::Route& route) {
  return std::ranges::any_of(scene.served, [&](const ServedRoute& other) {
    if (!has_method(*other.route, "OPTIONS") || other.plugin("cors") == nullptr) return false;
    if (other.route->paths.empty()) return true;
    return std::ranges::any_of(route.paths, [&](std::string_view path) {
      return std::ranges::any_of(other.route->paths, [&](std::string_view each) { return path == each || (!each.starts_with('~') && path.starts_with(each)); });
    });
  });
}

}  // namespace

void plugin_never_runs(const Scene& scene, Findings& findings) {
  for (const schema::Plugin& plugin : scene.config.plugins) {
    if (!plugins::serves_http(plugin)) continue;
    if (plugin.consumer != nullptr) {
      if (scene.complete) look_at_consumers_plugin(scene, plugin, findings);
      continue;
    }
    // On a service without routes, or a disabled one, the service is the matter.
    if (!scene.routes_of(plugin).empty() || routes_in_scope(scene, plugin).empty()) continue;
    findings.add(*plugin.entity, {"name"}, std::string(plugin.name) + " is replaced by more specific ones on every route");
  }
}

void cors_any_origin_with_credentials(const Scene& scene, Findings& findings) {
  for (const schema::Plugin& plugin : scene.config.plugins) {
    if (plugin.name != "cors" || !plugin.enabled || !plugin.config.boolean("credentials")) continue;
    const auto origins = plugin.config.texts("origins");
    if (origins.empty() || std::ranges::find(origins, "*") != origins.end())
      findings.add(*plugin.entity, {"config", "credentials"}, "every origin may send requests with credentials", "list the origins, or set credentials: false");
  }
}

void cors_without_options(const Scene& scene, Findings& findings) {
  for (const ServedRoute& served : scene.served) {
    if (has_method(*served.route, "OPTIONS") || served.plugin("cors") == nullptr || preflight_goes_elsewhere(scene, *served.route)) continue;
    findings.add(*served.route->entity, {"methods"}, "has cors, but preflight requests (OPTIONS) do not reach it", "add OPTIONS to its methods");
  }
}

void ip_restriction_allows_all(const Scene& scene, Findings& findings) {
  for (const schema::Plugin& plugin : scene.config.plugins) {
    if (plugin.name != "ip-restriction" || !plugin.enabled) continue;
    for (std::string_view block : plugin.config.texts("allow"))
      if (block.ends_with("/0"))
        findings.add(*plugin.entity, item_of(given_at(*plugin.entity, {"config", "allow"}), block), std::string(block) + " allows every address");
  }
}

void rate_limit_without_consumer(const Scene& scene, Findings& findings) {
  if (!scene.complete) return;
  for (const schema::Plugin& plugin : scene.config.plugins) {
    if ((plugin.name != "rate-limiting" && plugin.name != "response-ratelimiting") || !plugin.enabled || plugin.consumer != nullptr) continue;
    const schema::Value* given = plugin.config.given() == nullptr ? nullptr : plugin.config.given()->find("limit_by");
    if (given == nullptr || !given->is_text() || (given->as_text() != "consumer" && given->as_text() != "credential")) continue;
    const auto routes = scene.routes_of(plugin);
    if (routes.empty() || std::ranges::any_of(routes, [](const ServedRoute* served) { return served->authentication() != nullptr; })) continue;
    findings.add(*plugin.entity, given, "counts by " + std::string(given->as_text()) + " where nobody is authenticated", "so it counts by address");
  }
}

}  // namespace deckctl::lint
