// Routes that cannot win. The gateway's own router decides between two routes; here it is only shown that one takes all the requests of
// the other, so that a single sample is a proof.

#include <algorithm>
#include <map>

#include "deckctl/lint/checks.h"
#include "deckctl/lint/findings.h"
#include "deckctl/lint/scene.h"
#include "gateway/routing/router.h"

namespace deckctl::lint {

namespace {

using schema::Route;

struct Shadow {
  const Route* route;
  std::string_view path;  // null view: the route has none
  const Route* by;
  bool tie;               // equal rank
};

// Which fields a route matches by, one bit each.
unsigned fields_of(const Route& route) {
  unsigned fields = 0;
  for (bool set : {!route.methods.empty(), !route.hosts.empty(), !route.headers.empty(), !route.paths.empty(), !route.snis.empty(), !route.sources.empty(),
                   !route.destinations.empty()})
    fields = fields * 2 + (set ? 1 : 0);
  return fields;
}

bool is_regex(std::string_view path) { return path.starts_with('~'); }

// Whether every host that `narrow` stands for is one of `wide`.
bool host_covers(std::string_view wide, std::string_view narrow) {
  if (wide == narrow) return true;
  if (wide.starts_with("*.")) return narrow.ends_with(wide.substr(1)) && narrow.size() > wide.size() - 1;
  if (wide.ends_with(".*")) return narrow.starts_with(wide.substr(0, wide.size() - 1)) && narrow.size() > wide.size() - 1;
  // A host without a port is any port's.
  return narrow.size() > wide.size() && narrow.starts_with(wide) && narrow[wide.size()] == ':' && wide.find(':') == std::string_view::npos;
}

bool all_covered(const std::vector<std::string_view>& wide, const std::vector<std::string_view>& narrow, bool (*covers)(std::string_view, std::string_view)) {
  return std::ranges::all_of(narrow, [&](std::string_view each) { return std::ranges::any_of(wide, [&](std::string_view one) { return covers(one, each); }); });
}

bool equal_text(std::string_view a, std::string_view b) { return a == b; }

bool headers_cover(const Route& wide, const Route& narrow) {
  return std::ranges::all_of(wide.headers, [&](const schema::HeaderMatch& header) {
    return std::ranges::any_of(narrow.headers, [&](const schema::HeaderMatch& other) {
      return http::equal_names(header.name, other.name) && all_covered(header.values, other.values, equal_text);
    });
  });
}

bool sources_equal(const std::vector<schema::SourceMatch>& a, const std::vector<schema::SourceMatch>& b) {
  return std::ranges::equal(a, b, [](const auto& x, const auto& y) { return x.ip == y.ip && x.port == y.port; });
}

// The text that everything a pattern matches begins with; empty when that cannot be told.
std::string literal_lead(std::string_view pattern) {
  std::string lead;
  if (pattern.find('|') != std::string_view::npos) return lead;
  for (size_t i = 0; i < pattern.size(); ++i) {
    char c = pattern[i];
    if (std::string_view(".^$*+?()[]{}").find(c) != std::string_view::npos) {
      if ((c == '*' || c == '?' || c == '{') && !lead.empty()) lead.pop_back();
      return lead;
    }
    if (c == '\\') {
      if (++i == pattern.size() || std::string_view("./-_").find(pattern[i]) == std::string_view::npos) return lead;
      c = pattern[i];
    }
    lead += c;
  }
  return lead;
}

routing::Query query_of(std::string_view method, std::string_view host, std::string_view path) {
  routing::Query query;
  query.method = method;
  query.host = host;
  query.path = path;
  query.scheme = "http";
  return query;
}

// Whether the pattern matches everything that begins with `lead`. A pattern that matches the lead, and does not look at what follows, does.
bool pattern_covers(std::string_view pattern, std::string_view lead) {
  std::string open(pattern);
  if (open.ends_with(".*$")) open.resize(open.size() - 3);
  for (std::string_view looks_further : {"$", "\\z", "\\Z", "\\b", "\\B", "(?=", "(?!", "(?<=", "(?<!"})
    if (open.find(looks_further) != std::string::npos) return false;
  const std::string path = "~" + open;
  Route route;
  route.paths = {path};
  std::vector<std::string> errors;
  const routing::Router router(std::span(&route, 1), routing::Flavor::traditional_compatible, errors);
  routing::Match match;
  return errors.empty() && router.match(query_of("GET", "", lead), match);
}

// Whether `wide` takes every request of `narrow` as far as the fields but paths go. With other fields set it could not outrank it.
bool fields_cover(const Route& wide, const Route& narrow) {
  return fields_of(wide) == fields_of(narrow) && (wide.methods.empty() || all_covered(wide.methods, narrow.methods, equal_text)) &&
         all_covered(wide.hosts, narrow.hosts, host_covers) && all_covered(wide.snis, narrow.snis, host_covers) && headers_cover(wide, narrow) &&
         sources_equal(wide.sources, narrow.sources) && sources_equal(wide.destinations, narrow.destinations);
}

// Who wins between the two for a request of `narrow`, as the router sees it: 1 `wide`, -1 `narrow`, 0 whoever has the greater id.
int compare(Route wide, std::string_view wide_path, Route narrow, std::string_view narrow_path) {
  auto simplify = [](Route& route, std::string_view path) {
    for (schema::HeaderMatch& header : route.headers) header.values = {"1"};
    if (!route.paths.empty()) route.paths = {is_regex(path) ? std::string_view("~/") : path};
    route.service = nullptr;
  };
  std::string host(narrow.hosts.empty() ? std::string_view("a.test") : narrow.hosts.front());
  if (host.starts_with('*')) host.replace(0, 1, "a");
  if (host.ends_with('*')) host.replace(host.size() - 1, 1, "a");
  routing::Query query = query_of(narrow.methods.empty() ? std::string_view("GET") : narrow.methods.front(), std::string_view(host).substr(0, host.find(':')),
                                  narrow_path.data() == nullptr || is_regex(narrow_path) ? std::string_view("/") : narrow_path);
  if (const size_t colon = host.find(':'); colon != std::string::npos) query.destination.port = static_cast<uint16_t>(std::atoi(host.c_str() + colon + 1));
  http::Headers headers;
  for (const schema::HeaderMatch& header : narrow.headers) headers.add(header.name, "1");
  query.headers = &headers;
  simplify(wide, wide_path);
  simplify(narrow, narrow_path);
  int wins = 0;
  for (bool wide_greater : {false, true}) {
    Route pair[] = {wide, narrow};
    pair[0].id = wide_greater ? "f" : "0";
    pair[1].id = wide_greater ? "0" : "f";
    std::vector<std::string> errors;
    const routing::Router router(pair, routing::Flavor::traditional_compatible, errors);
    routing::Match match;
    if (router.match(query, match)) wins += match.route == &pair[0] ? 1 : -1;
  }
  return wins / 2;
}

// One pattern of a route, with the text that all it matches begins with.
struct Pattern {
  const Route* route;
  std::string_view path;
  std::string lead;
};

class Shadows {
 public:
  explicit Shadows(const Scene& scene) {
    for (const ServedRoute& each : scene.served) {
      const Route& route = *each.route;
      if (!route.expression.empty()) continue;
      routes_.push_back(&route);
      if (route.paths.empty()) by_path_[""].push_back(&route);
      for (std::string_view path : route.paths) {
        by_path_[path].push_back(&route);
        if (is_regex(path)) patterns_.push_back({&route, path, literal_lead(path.substr(1))});
      }
    }
  }

  std::vector<Shadow> find() const {
    std::vector<Shadow> shadows;
    for (const Route* route : routes_) {
      if (route->paths.empty()) look_at(*route, {}, shadows);
      for (std::string_view path : route->paths) look_at(*route, path, shadows);
    }
    return shadows;
  }

 private:
  // The first route that always wins, or else one of equal rank. It matches by the same path or by a pattern that covers it: a shorter prefix
  // never outranks a longer one, and no prefix a pattern.
  void look_at(const Route& route, std::string_view path, std::vector<Shadow>& shadows) const {
    Shadow found{&route, path, nullptr, true};
    for (const Route* other : by_path_.at(path)) consider(*other, path, found);
    if (!path.empty()) {
      const std::string lead = is_regex(path) ? literal_lead(path.substr(1)) : std::string(path);
      for (const Pattern& pattern : patterns_)
        if (found.tie && lead.starts_with(pattern.lead) && pattern.path != path && fields_cover(*pattern.route, route) && pattern_covers(pattern.path.substr(1), lead))
          consider(*pattern.route, pattern.path, found);
    }
    if (found.by != nullptr) shadows.push_back(found);
  }

  static void consider(const Route& other, std::string_view path, Shadow& found) {
    if (&other == found.route || !found.tie || !fields_cover(other, *found.route)) return;
    const int wins = compare(other, path, *found.route, found.path);
    if (wins > 0 || (wins == 0 && found.by == nullptr)) {
      found.by = &other;
      found.tie = wins == 0;
    }
  }

  std::vector<const Route*> routes_;
  std::vector<Pattern> patterns_;
  std::map<std::string_view, std::vector<const Route*>> by_path_;
};

bool is_whole(const std::vector<Shadow>& shadows, const Shadow& one) {
  const auto count = std::ranges::count_if(shadows, [&](const Shadow& each) { return each.route == one.route && each.tie == one.tie && each.by == one.by; });
  return count >= std::max<ptrdiff_t>(1, static_cast<ptrdiff_t>(one.route->paths.size()));
}

std::string why(const Shadow& shadow) {
  if (shadow.path.data() != nullptr && !is_regex(shadow.path) && std::ranges::none_of(shadow.by->paths, [&](auto path) { return path == shadow.path; }))
    return "its regular expression is tried before every plain path";
  if (shadow.by->regex_priority != shadow.route->regex_priority && is_regex(shadow.path)) return "its regex_priority is higher";
  return "it ranks higher and matches all the same requests";
}

}  // namespace

void shadowed_route(const Scene& scene, Findings& findings) {
  const std::vector<Shadow> shadows = Shadows(scene).find();
  const Route* told = nullptr;
  for (const Shadow& shadow : shadows) {
    if (shadow.tie || shadow.route == told) continue;
    const bool whole = is_whole(shadows, shadow);
    if (whole) told = shadow.route;
    const schema::Entity& entity = *shadow.route->entity;
    const schema::Value* paths = entity.given.find("paths");
    const std::string what = "never gets a request: " + called(*shadow.by) + " always wins";
    findings.add(entity, whole ? paths : item_of(paths, shadow.path), whole ? what : "path " + std::string(shadow.path) + " " + what, why(shadow));
  }
}

void ambiguous_route(const Scene& scene, Findings& findings) {
  const std::vector<Shadow> shadows = Shadows(scene).find();
  std::map<std::pair<const Route*, const Route*>, bool> told;
  for (const Shadow& shadow : shadows) {
    if (!shadow.tie || told[{shadow.by, shadow.route}] || told[{shadow.route, shadow.by}]) continue;
    told[{shadow.route, shadow.by}] = true;
    // The two see each other; the one further down is told.
    const bool later = shadow.route > shadow.by;
    const Route& route = later ? *shadow.route : *shadow.by;
    const Route& other = later ? *shadow.by : *shadow.route;
    const Route& winner = route.id > other.id ? route : other;
    const bool stable = !route.name.empty() && !other.name.empty();
    std::string what = shadow.path.data() == nullptr ? std::string() : "path " + std::string(shadow.path) + " ";
    what += "matches the same requests as " + called(other) + " with equal rank";
    findings.add(*route.entity, item_of(route.entity->given.find("paths"), shadow.path), what,
                 stable ? "the greater id wins: " + called(winner) : "the greater id wins; name both routes to make the ids last");
  }
}

}  // namespace deckctl::lint
