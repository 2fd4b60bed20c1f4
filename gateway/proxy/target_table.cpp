#include "gateway/proxy/target_table.h"

#include <charconv>
#include <unordered_map>

namespace proxy {

namespace {

std::string_view without_brackets(std::string_view host) {
  return host.size() > 2 && host.front() == '[' ? host.substr(1, host.size() - 2) : host;
}

std::string host_field_of(std::string_view host, uint16_t port, bool tls) {
  std::string field = host.find(':') == std::string_view::npos ? std::string(host) : "[" + std::string(host) + "]";
  if (port != (tls ? 443 : 80)) field.append(":").append(std::to_string(port));
  return field;
}

std::string tls_identity(const schema::Service& service, std::string_view host) {
  std::string identity(host);
  if (service.tls_verify) identity.append(*service.tls_verify ? "|verify" : "|trust");
  if (service.tls_verify_depth) identity.append("|").append(std::to_string(*service.tls_verify_depth));
  for (std::string_view ca : service.ca_certificates) identity.append("|").append(ca);
  if (service.client_certificate != nullptr) identity.append("|").append(service.client_certificate->id);
  return identity;
}

Target make(const schema::Service& service, std::string_view host, uint16_t port, std::string_view host_header) {
  const bool tls = service.protocol == schema::protocol_https;
  Target target;
  target.host = without_brackets(host);
  target.port = port;
  if (auto literal = net::Address::from_ip(target.host, port)) target.literal = *literal;
  // A name to be shown in place of the target's keeps the target's port, unless it brings its own.
  const bool whole = host_header.find(':') != std::string_view::npos;
  target.host_field = whole ? std::string(host_header) : host_field_of(host_header.empty() ? std::string_view(target.host) : host_header, port, tls);
  if (tls) target.tls = tls_identity(service, target.host);
  return target;
}

// "host:port" or "[v6]:port"; a target without a port has the documented 8000.
Target make(const schema::Service& service, std::string_view text, std::string_view host_header) {
  const size_t colon = text.rfind(':');
  uint16_t port = 8000;
  if (colon != std::string_view::npos && (text.find(':') == colon || text[colon - 1] == ']')) {
    std::from_chars(text.data() + colon + 1, text.data() + text.size(), port);
    text = text.substr(0, colon);
  }
  return make(service, text, port, host_header);
}

}  // namespace

TargetTable::TargetTable(const schema::Config& config) : first_(config.services.data()) {
  std::unordered_map<std::string_view, const Balancing*> upstreams;
  upstreams_.reserve(config.upstreams.size());  // pointers into it are handed out
  for (const schema::Upstream& upstream : config.upstreams) {
    upstreams_.push_back({&upstream, {balancing::method_of(upstream.algorithm), upstream.slots}, hash_key_of(upstream)});
    upstreams.emplace(upstream.name, &upstreams_.back());
  }
  by_service_.resize(config.services.size());
  for (size_t i = 0; i < config.services.size(); ++i) {
    const schema::Service& service = config.services[i];
    Targets& targets = by_service_[i];
    if (const auto found = upstreams.find(service.host); found != upstreams.end()) {
      const schema::Upstream& upstream = *found->second->upstream;
      targets.balancing = found->second;
      targets.list.reserve(upstream.targets.size());
      for (const schema::Target& target : upstream.targets) targets.list.push_back(make(service, target.target, upstream.host_header));
    } else {
      targets.list.push_back(make(service, service.host, service.port, {}));
    }
  }
}

}  // namespace proxy
