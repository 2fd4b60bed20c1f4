#include "gateway/runtime/unbuilt.h"

#include "schema/masked.h"

namespace runtime {

namespace {

using schema::Reader;

constexpr uint16_t http_protocols = schema::protocol_http | schema::protocol_https;

class Warnings {
 public:
  explicit Warnings(schema::Problems& problems) : problems_(problems) {}

  void of(const schema::Service& service) {
    if (!(service.protocol & http_protocols)) say(service.entity, "service", service.name, "only http and https are spoken to upstreams yet");
    if (service.client_certificate != nullptr) say(service.entity, "service", service.name, "client_certificate is not shown to the upstream yet");
    if (!service.ca_certificates.empty()) say(service.entity, "service", service.name, "ca_certificates are not used yet: the system's are");
  }

  void of(const schema::Route& route) {
    if (!(route.protocols & http_protocols)) say(route.entity, "route", route.name, "no request arrives by its protocols yet: only http and https are built");
  }

  void of(const schema::Upstream& upstream) {
    if (checks_health(Reader(upstream.entity->shape, &upstream.entity->given).record("healthchecks")))
      say(upstream.entity, "upstream", upstream.name, "health checks are not built yet: targets count as healthy until the Admin API says otherwise");
  }

  void of(const schema::Certificate& certificate) {
    say(certificate.entity, "certificate", certificate.id, "certificates of the configuration are not shown to clients yet: ssl_cert is");
  }

 private:
  // Health checks stand in every full upstream; they are on when an interval or a count of failures is not 0.
  static bool checks_health(const Reader& checks) {
    if (!checks) return false;
    for (const char* side : {"healthy", "unhealthy"}) {
      if (checks.record("active").record(side).number("interval").value_or(0) > 0) return true;
    }
    for (const char* count : {"http_failures", "tcp_failures", "timeouts"}) {
      if (checks.record("passive").record("unhealthy").integer(count).value_or(0) > 0) return true;
    }
    return false;
  }

  void say(const schema::Entity* entity, std::string_view kind, std::string_view name, std::string what) {
    const std::string shown = name == entity->id ? std::string(name) : schema::shown_field(entity, "name", name);
    problems_.add({.severity = schema::Severity::warning, .place = entity->given.place, .what = std::string(kind) + " " + shown + ": " + what});
  }

  schema::Problems& problems_;
};

}  // namespace

void warn_of_unbuilt(const schema::Config& config, schema::Problems& problems) {
  Warnings warnings(problems);
  for (const schema::Service& service : config.services) warnings.of(service);
  for (const schema::Route& route : config.routes) warnings.of(route);
  for (const schema::Upstream& upstream : config.upstreams) warnings.of(upstream);
  for (const schema::Certificate& certificate : config.certificates) warnings.of(certificate);
}

}  // namespace runtime
