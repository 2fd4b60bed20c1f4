#include <algorithm>
#include <set>

#include "deckctl/lint/checks.h"
#include "deckctl/lint/findings.h"
#include "deckctl/lint/scene.h"
#include "schema/masked.h"

namespace deckctl::lint {

namespace {

bool has_field(const schema::Plugin& plugin, std::string_view field) { return plugin.config.shape() != nullptr && plugin.config.shape()->field(field) != nullptr; }

std::string_view anonymous_of(const schema::Plugin& plugin) { return has_field(plugin, "anonymous") ? plugin.config.text("anonymous") : std::string_view(); }

bool any_of_kind(const Scene& scene, std::string_view name) {
  return std::ranges::any_of(scene.config.plugins, [&](const schema::Plugin& plugin) { return plugin.enabled && plugin.name == name; });
}

bool is_own_admin_api(const schema::Service& service) {
  static constexpr std::string_view here[] = {"localhost", "127.0.0.1", "::1", "[::1]"};
  return std::ranges::find(here, service.host) != std::end(here) && (service.port == 8001 || service.port == 8444);
}

bool is_guarded(const ServedRoute& served) {
  return served.authentication() != nullptr || served.plugin("ip-restriction") != nullptr || served.plugin("request-termination") != nullptr;
}

std::string address_of(const schema::Service& service) {
  return schema::shown_field(service.entity, "host", service.host) + ":" +
         schema::shown_field(service.entity, "port", std::to_string(service.port));
}

}  // namespace

void auth_without_credentials(const Scene& scene, Findings& findings) {
  for (const schema::Plugin& plugin : scene.config.plugins) {
    const std::string_view collection = credentials_of(plugin);
    if (collection.empty() || !plugin.enabled || !anonymous_of(plugin).empty()) continue;
    auto found = scene.config.credentials.find(collection);
    if (found == scene.config.credentials.end() || found->second.empty())
      findings.add(*plugin.entity, {"name"}, "nobody can pass " + std::string(plugin.name) + ": there are no " + std::string(collection));
  }
}

void credentials_without_auth(const Scene& scene, Findings& findings) {
  if (!scene.complete) return;
  for (const auto& [collection, credentials] : scene.config.credentials) {
    const schema::EntityShape* kind = schema::shapes().entity(collection);
    if (credentials.empty() || kind == nullptr || any_of_kind(scene, kind->kind)) continue;
    findings.add(*credentials.front().entity, nullptr, std::to_string(credentials.size()) + " " + std::string(collection) + ", but " + std::string(kind->kind) + " is enabled nowhere");
  }
}

void consumer_without_credentials(const Scene& scene, Findings& findings) {
  if (!scene.complete) return;
  std::set<const schema::Consumer*> reached;
  for (const auto& [collection, credentials] : scene.config.credentials)
    if (collection != "acls")
      for (const schema::Credential& credential : credentials) reached.insert(credential.consumer);
  bool asked = false;
  for (const schema::Plugin& plugin : scene.config.plugins) {
    asked = asked || (plugin.enabled && !credentials_of(plugin).empty());
    if (const std::string_view anonymous = anonymous_of(plugin); !anonymous.empty()) reached.insert(scene.consumer(anonymous));
  }
  // Without authentication that asks for credentials, consumers may be known by other means.
  if (!asked) return;
  for (const schema::Consumer& consumer : scene.config.consumers)
    if (!reached.contains(&consumer)) findings.add(*consumer.entity, nullptr, "has no credential, so nobody can be this consumer");
}

void acl_without_auth(const Scene& scene, Findings& findings) {
  if (!scene.complete) return;
  std::set<const schema::Plugin*> told;
  for (const ServedRoute& served : scene.served) {
    const schema::Plugin* acl = served.plugin("acl");
    if (acl != nullptr && served.authentication() == nullptr && told.insert(acl).second)
      findings.add(*acl->entity, {"name"}, "acl refuses every request of " + called(*served.route) + ": nothing there authenticates");
  }
}

void acl_group_without_member(const Scene& scene, Findings& findings) {
  // Groups may come from elsewhere: a directory, a token, a plugin that is not known here.
  if (!scene.complete || any_of_kind(scene, "ldap-auth")) return;
  std::set<std::string_view> groups;
  if (auto found = scene.config.credentials.find("acls"); found != scene.config.credentials.end())
    for (const schema::Credential& credential : found->second) groups.insert(credential.fields.text("group"));
  for (const schema::Plugin& plugin : scene.config.plugins) {
    if (plugin.name != "acl" || !plugin.enabled || plugin.config.boolean("always_use_authenticated_groups")) continue;
    for (std::string_view group : plugin.config.texts("allow"))
      if (!groups.contains(group))
        findings.add(*plugin.entity, item_of(given_at(*plugin.entity, {"config", "allow"}), group), "no consumer is in the allowed group " + std::string(group));
  }
}

void unknown_anonymous(const Scene& scene, Findings& findings) {
  for (const schema::Plugin& plugin : scene.config.plugins) {
    const std::string_view anonymous = anonymous_of(plugin);
    if (!anonymous.empty() && plugin.enabled && scene.consumer(anonymous) == nullptr)
      findings.add(*plugin.entity, {"config", "anonymous"}, "there is no consumer " + std::string(anonymous));
  }
}

void admin_api_exposed(const Scene& scene, Findings& findings) {
  if (!scene.complete) return;
  for (const ServedRoute& served : scene.served)
    if (served.route->service != nullptr && is_own_admin_api(*served.route->service) && !is_guarded(served))
      findings.add(*served.route->entity, nullptr,
                   "leads to the Admin API (" + address_of(*served.route->service) + ") and asks for nothing");
}

}  // namespace deckctl::lint
