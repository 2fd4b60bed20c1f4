#include "deckctl/explain/rivals.h"

#include <algorithm>
#include <set>

namespace deckctl::explain {

namespace {

using schema::Route;

bool is_regex(std::string_view path) { return path.starts_with('~'); }

std::string listed(const std::vector<std::string_view>& texts) {
  std::string out;
  for (std::string_view text : texts) out.append(out.empty() ? "" : ", ").append(text);
  return out;
}

// One route alone, tried with changes of the request.
class Alone {
 public:
  Alone(const Route& route, routing::Flavor flavor) : route_(route), router_(std::span(&route, 1), flavor, errors_) {}

  bool matches(const Asked& asked, std::string_view path) const {
    const http::Headers fields = fields_of(asked);
    routing::Match match;
    return router_.match(query_of(asked, path, fields), match);
  }

  // What must be changed for it to match; empty: more than one thing.
  std::string missing(const Asked& asked, std::string_view path) const {
    if (!route_.methods.empty()) {
      Asked other = asked;
      other.method = route_.methods.front();
      if (matches(other, path)) return "the method is " + asked.method + ", it takes " + listed(route_.methods);
    }
    if (!route_.hosts.empty()) {
      Asked other = asked;
      other.host = sample_host();
      if (const size_t colon = other.host.rfind(':'); colon != std::string::npos) other.port = static_cast<uint16_t>(std::atoi(other.host.c_str() + colon + 1));
      other.sni = other.host_name();
      if (matches(other, path)) return "the host is " + asked.host + ", it takes " + listed(route_.hosts);
    }
    if (!route_.headers.empty()) {
      Asked other = asked;
      for (const schema::HeaderMatch& header : route_.headers)
        if (!header.values.empty()) other.headers.insert(other.headers.begin(), {std::string(header.name), sample_value(header.values.front())});
      if (matches(other, path)) return "it needs " + header_conditions();
    }
    if (!route_.snis.empty() && asked.scheme == "https") {
      Asked other = asked;
      other.sni = route_.snis.front();
      if (matches(other, path)) return "the server name is " + asked.sni + ", it takes " + listed(route_.snis);
    }
    return {};
  }

  std::string header_conditions() const {
    std::string out;
    for (const schema::HeaderMatch& header : route_.headers) out.append(out.empty() ? "" : ", ").append(header.name).append(": ").append(listed(header.values));
    return out;
  }

 private:
  std::string sample_host() const {
    std::string host(route_.hosts.front());
    if (host.starts_with('*')) host.replace(0, 1, "a");
    if (host.ends_with('*')) host.replace(host.size() - 1, 1, "a");
    return host;
  }
  // A literal stands for itself; so do most patterns without their marks.
  static std::string sample_value(std::string_view value) {
    std::string sample(value.starts_with("~*") ? value.substr(2) : value);
    std::erase_if(sample, [](char c) { return c == '^' || c == '$' || c == '\\'; });
    return sample;
  }

  const Route& route_;
  std::vector<std::string> errors_;
  routing::Router router_;
};

}  // namespace

std::vector<std::string> conditions(const Route& route, std::string_view matched_prefix) {
  std::vector<std::string> all;
  if (!route.expression.empty()) all.push_back("expression " + std::string(route.expression));
  if (!route.methods.empty()) all.push_back("method " + listed(route.methods));
  if (!route.hosts.empty()) all.push_back("host " + listed(route.hosts));
  for (const schema::HeaderMatch& header : route.headers) all.push_back("header " + std::string(header.name) + ": " + listed(header.values));
  if (!route.snis.empty()) all.push_back("server name " + listed(route.snis));
  if (!route.paths.empty()) {
    const bool plain = std::ranges::find(route.paths, matched_prefix) != route.paths.end();
    if (plain) {
      all.push_back("path " + std::string(matched_prefix) + " (prefix)");
    } else {
      std::vector<std::string_view> regexes;
      std::ranges::copy_if(route.paths, std::back_inserter(regexes), is_regex);
      all.push_back("path " + listed(regexes) + " (regular expression, matched " + std::string(matched_prefix) + ")");
    }
  }
  return all;
}

std::vector<Rival> rivals(const schema::Config& config, const routing::Router& router, routing::Flavor flavor, const Asked& asked, std::string_view path,
                          const schema::Route* winner, size_t most) {
  std::vector<Rival> found;
  std::set<const Route*> told{winner};
  const http::Headers fields = fields_of(asked);
  for (const routing::Explanation& one : router.explain(query_of(asked, path, fields)))
    if (one.fits && found.size() < most && told.insert(one.route).second) found.push_back({one.route, true, one.reason});
  for (const Route& route : config.routes) {
    if (found.size() >= most) break;
    if (told.contains(&route)) continue;
    Route alone_route = route;
    alone_route.service = nullptr;  // a router leaves routes of disabled services out
    const Alone alone(alone_route, flavor);
    const bool disabled = route.service != nullptr && !route.service->enabled;
    std::string why = disabled ? (alone.matches(asked, path) ? "its service is disabled" : "") : alone.missing(asked, path);
    if (!why.empty()) found.push_back({&route, false, std::move(why)});
  }
  return found;
}

}  // namespace deckctl::explain
