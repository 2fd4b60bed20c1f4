#include "gateway/routing/classic.h"

#include <algorithm>
#include <array>

#include "gateway/routing/folded.h"
#include "schema/masked.h"

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

// The values of one of a route's headers, as they are written.
std::string wanted(const schema::Route& route, std::string_view name) {
  std::string all;
  for (const schema::HeaderMatch& header : route.headers)
    if (same_field_name(header.name, name)) all.append(all.empty() ? "" : ", ").append(listed(header.values));
  return all;
}

std::string shown(std::string_view value) { return value.empty() ? "none" : std::string(value); }

}  // namespace

// In this order, cheap ones first.
bool ClassicMatcher::fits_rest(const Query& query) const {
  return fits_method(query) &&
         (fields_->hosts.empty() || any_host(fields_->hosts, query.host, query.destination.port)) && fits_sni(query) &&
         (fields_->sources.empty() || any_end(fields_->sources, query.source)) &&
         (fields_->destinations.empty() || any_end(fields_->destinations, query.destination)) &&
         fits_headers(fields_->headers, query.headers) && fits_path(query);
}

bool ClassicMatcher::fits_method(const Query& query) const {
  const auto& methods = route().methods;
  return methods.empty() || std::find(methods.begin(), methods.end(), query.method) != methods.end();
}

// A name can only be asked for in a TLS handshake; plain requests are not held to it.
bool ClassicMatcher::fits_sni(const Query& query) const {
  const bool tls = query.scheme == "https" || query.scheme == "tls";
  return fields_->snis.empty() || !tls || any_host(fields_->snis, query.sni, 0);
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

void ClassicMatcher::add_misfits_of_rest(const Query& query, std::vector<Misfit>& misfits) const {
  const auto one_of = [this](std::string_view field, const auto& list) {
    return " is not one of " + schema::shown_field(route().entity, field, listed(list));
  };
  const auto peer = [](const Peer& end) { return shown(end.ip) + " port " + std::to_string(end.port); };
  if (!fits_method(query))
    misfits.push_back({"method: " + std::string(query.method) + one_of("methods", route().methods)});
  if (!fields_->hosts.empty() && !any_host(fields_->hosts, query.host, query.destination.port))
    misfits.push_back({"host: " + shown(query.host) + one_of("hosts", route().hosts)});
  if (!fits_sni(query)) misfits.push_back({"sni: " + shown(query.sni) + one_of("snis", route().snis)});
  if (!fields_->sources.empty() && !any_end(fields_->sources, query.source))
    misfits.push_back({"source: " + peer(query.source) + " is not among the sources"});
  if (!fields_->destinations.empty() && !any_end(fields_->destinations, query.destination))
    misfits.push_back({"destination: " + peer(query.destination) + " is not among the destinations"});
  for (const HeaderPattern& pattern : fields_->headers) {
    if (query.headers != nullptr && fits_header(pattern, *query.headers)) continue;
    const bool sent = query.headers != nullptr && query.headers->has(pattern.name);
    misfits.push_back({"header " + pattern.name + ": " +
                       (sent ? "has another value than " : "was not sent, wanted is ") +
                       schema::shown_field(route().entity, "headers", wanted(route(), pattern.name))});
  }
  if (!fits_path(query))
    misfits.push_back(
        {"path: " + std::string(query.path) + (regexes.empty() ? " does not begin with " : " does not match ") +
             schema::shown_field(route().entity, "paths", listed(regexes.empty() ? prefixes : route().paths)),
         false});
}

}  // namespace routing
