#include "deckctl/explain/rivals.h"

#include <algorithm>
#include <set>

#include "schema/masked.h"

namespace deckctl::explain {

namespace {

using schema::Route;
using schema::shown_field;

bool is_regex(std::string_view path) { return path.starts_with('~'); }

std::string listed(const std::vector<std::string_view>& texts) {
  std::string out;
  for (std::string_view text : texts) out.append(out.empty() ? "" : ", ").append(text);
  return out;
}

// Routes of disabled services, which a router leaves out, as if their services were enabled.
std::vector<Route> idle_routes(const schema::Config& config) {
  std::vector<Route> idle;
  std::ranges::copy_if(config.routes, std::back_inserter(idle),
                       [](const Route& route) { return route.service != nullptr && !route.service->enabled; });
  for (Route& route : idle) route.service = nullptr;
  return idle;
}

const Route* route_of(const schema::Config& config, std::string_view id) {
  const auto found = std::ranges::find_if(config.routes, [&](const Route& route) { return route.id == id; });
  return found == config.routes.end() ? nullptr : &*found;
}

}  // namespace

std::vector<std::string> conditions(const Route& route, std::string_view matched_prefix) {
  std::vector<std::string> all;
  const auto shown = [&route](std::string_view field, std::string_view text) {
    return shown_field(route.entity, field, text);
  };
  if (!route.expression.empty()) all.push_back("expression " + shown("expression", route.expression));
  if (!route.methods.empty()) all.push_back("method " + shown("methods", listed(route.methods)));
  if (!route.hosts.empty()) all.push_back("host " + shown("hosts", listed(route.hosts)));
  for (const schema::HeaderMatch& header : route.headers)
    all.push_back("header " + std::string(header.name) + ": " + shown("headers", listed(header.values)));
  if (!route.snis.empty()) all.push_back("server name " + shown("snis", listed(route.snis)));
  if (!route.paths.empty()) {
    const bool plain = std::ranges::find(route.paths, matched_prefix) != route.paths.end();
    if (plain) {
      all.push_back("path " + shown("paths", matched_prefix) + " (prefix)");
    } else {
      std::vector<std::string_view> regexes;
      std::ranges::copy_if(route.paths, std::back_inserter(regexes), is_regex);
      all.push_back("path " + shown("paths", listed(regexes)) + " (regular expression, matched " +
                    std::string(matched_prefix) + ")");
    }
  }
  return all;
}

std::vector<Rival> rivals(const schema::Config& config, const routing::Router& router, routing::Flavor flavor, const Asked& asked, std::string_view path,
                          const schema::Route* winner, size_t most) {
  std::vector<Rival> found;
  std::set<const Route*> told{winner};
  const http::Headers fields = fields_of(asked);
  const routing::Query query = query_of(asked, path, fields);
  const auto add = [&](const Route* route, bool fits, std::string why) {
    if (route != nullptr && found.size() < most && told.insert(route).second)
      found.push_back({route, fits, std::move(why)});
  };
  const std::vector<routing::Explanation> judged = router.explain(query);
  for (const routing::Explanation& one : judged)
    if (one.fits) add(one.route, true, one.reason);
  for (const routing::Explanation& one : judged)
    if (one.nearly) add(one.route, false, one.reason);
  const std::vector<Route> idle = idle_routes(config);
  std::vector<std::string> faults;  // told of routes that are compiled for traffic
  for (const routing::Explanation& one : routing::Router(idle, flavor, faults).explain(query))
    if (one.fits) add(route_of(config, one.route->id), false, "its service is disabled");
  return found;
}

}  // namespace deckctl::explain
