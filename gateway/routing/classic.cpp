#include "gateway/routing/classic.h"

#include <algorithm>
#include <array>

#include "gateway/routing/folded.h"

namespace routing {

namespace {

bool any_host(const std::vector<HostPattern>& patterns, std::string_view host, uint16_t port) {
  return std::any_of(patterns.begin(), patterns.end(), [&](const HostPattern& pattern) { return pattern.fits(host, port); });
}

bool any_end(const std::vector<EndPattern>& patterns, const Peer& peer) {
  const auto address = net::IpAddress::parse(peer.ip);
  return std::any_of(patterns.begin(), patterns.end(), [&](const EndPattern& pattern) {
    return (pattern.port < 0 || pattern.port == peer.port) && (!pattern.network || (address && pattern.network->contains(*address)));
  });
}

// One of the header's values must be one of the listed ones, whatever their case.
bool fits_header(const HeaderPattern& pattern, const http::Headers& headers) {
  for (const http::Header& header : headers.all()) {
    if (!same_field_name(header.name, pattern.name)) continue;
    for (const std::string& value : pattern.values)
      if (equals_folded(header.value, value)) return true;
    if (pattern.regex != nullptr && pattern.regex->match(Folded(header.value).text(), schema::Regex::From::anywhere)) return true;
  }
  return false;
}

bool fits_headers(const std::vector<HeaderPattern>& patterns, const http::Headers* headers) {
  if (patterns.empty()) return true;
  return headers != nullptr && std::all_of(patterns.begin(), patterns.end(), [&](const HeaderPattern& pattern) { return fits_header(pattern, *headers); });
}

template <typename List>
std::string listed(const List& list) {
  std::string out;
  size_t count = 0;
  for (const auto& one : list) {
    if (++count > 8) return out + ", ...";
    out.append(out.empty() ? "" : ", ").append(one);
  }
  return out;
}

std::string shown(std::string_view value) { return value.empty() ? "none" : std::string(value); }

}  // namespace

ClassicMatcher::Part ClassicMatcher::first_misfit(const Query& query) const {
  const auto& methods = route().methods;
  if (!methods.empty() && std::find(methods.begin(), methods.end(), query.method) == methods.end()) return Part::method;
  if (!fields_->hosts.empty() && !any_host(fields_->hosts, query.host, query.destination.port)) return Part::host;
  // A name can only be asked for in a TLS handshake; plain requests are not held to it.
  const bool tls = query.scheme == "https" || query.scheme == "tls";
  if (!fields_->snis.empty() && tls && !any_host(fields_->snis, query.sni, 0)) return Part::sni;
  if (!fields_->sources.empty() && !any_end(fields_->sources, query.source)) return Part::source;
  if (!fields_->destinations.empty() && !any_end(fields_->destinations, query.destination)) return Part::destination;
  if (!fits_headers(fields_->headers, query.headers)) return Part::header;
  return fits_path(query) ? Part::none : Part::path;
}

bool ClassicMatcher::fits_path(const Query& query) const {
  if (prefixes.empty() && regexes.empty()) return true;
  for (std::string_view prefix : prefixes)
    if (query.path.starts_with(prefix)) return true;
  for (const auto& regex : regexes)
    if (regex->match(query.path, schema::Regex::From::start)) return true;
  return false;
}

PathMatch ClassicMatcher::path_match(const Query& query) const {
  for (std::string_view prefix : prefixes)
    if (query.path.starts_with(prefix)) return {.prefix = query.path.substr(0, prefix.size())};
  std::array<std::string_view, 1> whole;
  for (const auto& regex : regexes)
    if (regex->match(query.path, schema::Regex::From::start, whole)) return {.prefix = query.path.substr(0, whole[0].size()), .regex = regex.get()};
  return {};
}

Keys ClassicMatcher::keys() const {
  Keys keys;
  keys.hosts = fields_->hosts;
  for (std::string_view prefix : prefixes) keys.paths.push_back({std::string(prefix)});
  for (const auto& regex : regexes) keys.paths.push_back({literal_prefix(*regex), regex.get()});
  return keys;
}

std::string ClassicMatcher::refusal_of_rest(const Query& query) const {
  switch (first_misfit(query)) {
    case Part::none: return {};
    case Part::method: return "method: " + std::string(query.method) + " is not one of " + listed(route().methods);
    case Part::host: return "host: " + shown(query.host) + " is not one of " + listed(route().hosts);
    case Part::sni: return "sni: " + shown(query.sni) + " is not one of " + listed(route().snis);
    case Part::source: return "source: " + shown(query.source.ip) + " port " + std::to_string(query.source.port) + " is not among the sources";
    case Part::destination:
      return "destination: " + shown(query.destination.ip) + " port " + std::to_string(query.destination.port) + " is not among the destinations";
    case Part::header:
      for (const HeaderPattern& pattern : fields_->headers) {
        if (query.headers != nullptr && fits_header(pattern, *query.headers)) continue;
        return "header " + pattern.name + ": " + (query.headers != nullptr && query.headers->has(pattern.name) ? "has another value" : "was not sent");
      }
      break;
    case Part::path: break;
  }
  return "path: " + std::string(query.path) + (regexes.empty() ? " does not begin with " : " does not match ") + listed(regexes.empty() ? prefixes : route().paths);
}

}  // namespace routing
