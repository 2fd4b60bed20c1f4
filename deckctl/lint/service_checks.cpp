#include <algorithm>
#include <array>
#include <set>

#include "deckctl/lint/checks.h"
#include "deckctl/lint/findings.h"
#include "deckctl/lint/scene.h"

namespace deckctl::lint {

namespace {

constexpr int64_t timeout_ms_least = 100, timeout_ms_most = 10 * 60 * 1000;

// Switches of plugins that turn the check of a certificate on, and the neighbour that says whether TLS is used at all (empty: always).
struct VerifySwitch {
  std::string_view name, tls;
};
constexpr std::array<VerifySwitch, 5> verify_switches{{
    {"ssl_verify", "ssl"}, {"redis_ssl_verify", "redis_ssl"}, {"https_verify", ""}, {"https_verify_certificate", ""}, {"verify_ldap_host", ""}}};

bool is_on(const schema::Value& record, const schema::Shape& shape, std::string_view field) {
  if (field.empty() || shape.field(field) == nullptr) return true;
  return schema::Reader(&shape, &record).boolean(field);
}

void look_for_verify_off(const schema::Entity& entity, const schema::Shape& shape, const schema::Value& record, Findings& findings) {
  if (!record.is_object()) return;
  for (const schema::Member& member : record.members()) {
    const schema::Shape* field = shape.field(member.name);
    if (field == nullptr) continue;
    if (field->type == schema::Type::record) look_for_verify_off(entity, *field, member.value, findings);
    if (member.value.kind() != schema::Kind::boolean || member.value.as_boolean()) continue;
    for (const VerifySwitch& each : verify_switches)
      if (member.name == each.name && is_on(record, shape, each.tls))
        findings.add(entity, &member.value, std::string(member.name) + " is off: the peer's certificate is not checked");
  }
}

}  // namespace

void service_without_route(const Scene& scene, Findings& findings) {
  std::set<const schema::Service*> reached;
  for (const schema::Route& route : scene.config.routes) reached.insert(route.service);
  for (const schema::Service& service : scene.config.services)
    if (service.enabled && !reached.contains(&service)) findings.add(*service.entity, nullptr, "no route leads to it");
}

void unused_upstream(const Scene& scene, Findings& findings) {
  std::set<std::string_view> hosts;
  for (const schema::Service& service : scene.config.services) hosts.insert(service.host);
  for (const schema::Upstream& upstream : scene.config.upstreams)
    if (!hosts.contains(upstream.name)) findings.add(*upstream.entity, {"name"}, "no service has it as its host");
}

void upstream_without_targets(const Scene& scene, Findings& findings) {
  std::set<const schema::Upstream*> told;
  for (const schema::Service& service : scene.config.services) {
    auto found = scene.upstreams.find(service.host);
    if (!service.enabled || found == scene.upstreams.end() || !told.insert(found->second).second) continue;
    const schema::Upstream& upstream = *found->second;
    if (std::ranges::any_of(upstream.targets, [](const schema::Target& target) { return target.weight > 0; })) continue;
    findings.add(*upstream.entity, {"name"}, upstream.targets.empty() ? "has no targets, but " + called(service) + " uses it"
                                                                     : "all its targets weigh 0, but " + called(service) + " uses it");
  }
}

void unused_certificate(const Scene& scene, Findings& findings) {
  std::set<std::string_view> used;
  for (const schema::Service& service : scene.config.services) {
    if (service.client_certificate != nullptr) used.insert(service.client_certificate->id);
    used.insert(service.ca_certificates.begin(), service.ca_certificates.end());
  }
  for (std::string_view collection : {"snis", "upstreams"})
    if (auto found = scene.config.entities.find(collection); found != scene.config.entities.end())
      for (const schema::Entity& entity : found->second)
        used.insert(schema::Reader(entity.shape, &entity.given).foreign(collection == "snis" ? "certificate" : "client_certificate"));
  for (std::string_view collection : {"certificates", "ca_certificates"})
    if (auto found = scene.config.entities.find(collection); found != scene.config.entities.end())
      for (const schema::Entity& entity : found->second)
        if (!used.contains(entity.id))
          findings.add(entity, nullptr, collection == "certificates" ? "has no server name, and no service uses it" : "no service checks its upstream with it");
}

void timeout_out_of_range(const Scene& scene, Findings& findings) {
  for (const schema::Service& service : scene.config.services) {
    for (std::string_view field : {"connect_timeout", "write_timeout", "read_timeout"}) {
      const schema::Value* given = service.entity->given.find(field);
      if (given == nullptr || given->kind() != schema::Kind::integer) continue;
      const int64_t ms = given->as_integer();
      if (ms < timeout_ms_least)
        findings.add(*service.entity, given, std::string(field) + " is " + std::to_string(ms) + " milliseconds", "for seconds write " + std::to_string(ms * 1000));
      else if (ms > timeout_ms_most)
        findings.add(*service.entity, given, std::string(field) + " is " + std::to_string(ms / 60000) + " minutes", "the unit is milliseconds");
    }
  }
}

void port_contradicts_protocol(const Scene& scene, Findings& findings) {
  for (const schema::Service& service : scene.config.services) {
    if (scene.upstreams.contains(service.host)) continue;  // its targets have ports of their own
    if (service.protocol == schema::protocol_http && service.port == 443)
      findings.add(*service.entity, {"port"}, "speaks plain http to port 443", "set protocol: https");
    else if (service.protocol == schema::protocol_https && service.port == 80)
      findings.add(*service.entity, {"port"}, "speaks https to port 80", "the port of https is 443");
  }
}

void tls_verify_off(const Scene& scene, Findings& findings) {
  for (const schema::Service& service : scene.config.services)
    if (service.tls_verify == false) findings.add(*service.entity, {"tls_verify"}, "tls_verify is off: the upstream's certificate is not checked");
  for (const schema::Plugin& plugin : scene.config.plugins)
    if (plugin.enabled && plugin.config.given() != nullptr) look_for_verify_off(*plugin.entity, *plugin.config.shape(), *plugin.config.given(), findings);
}

}  // namespace deckctl::lint
