#include "deckctl/explain/rivals.h"

#include <algorithm>

namespace deckctl::explain {

namespace {

using schema::Route;

bool is_regex(std::string_view path) { return path.starts_with('~'); }

std::string listed(const std::vector<std::string_view>& texts) {
  std::string out;
  for (std::string_view text : texts) out.append(out.empty() ? "" : ", ").append(text);
  return out;
}

// How a route that matches is ranked: the bits of the router's order as people think of them.
struct Rank {
  size_t fields, plain_host, headers, regex;
  int64_t regex_priority;
  size_t prefix;
};

Rank rank_of(const Route& route, std::string_view matched_prefix) {
  size_t fields = 0;
  for (bool set : {!route.methods.empty(), !route.hosts.empty(), !route.headers.empty(), !route.paths.empty(), !route.snis.empty(), !route.sources.empty(), !route.destinations.empty()})
    fields += set ? 1 : 0;
  const bool wildcard = std::ranges::any_of(route.hosts, [](std::string_view host) { return host.find('*') != std::string_view::npos; });
  const bool plain = std::ranges::find(route.paths, matched_prefix) != route.paths.end();
  const bool regex = !route.paths.empty() && !plain;
  return {fields, !route.hosts.empty() && !wildcard, route.headers.size(), regex, regex ? route.regex_priority : 0, regex ? 0 : matched_prefix.size()};
}

std::string against(std::string what, int64_t mine, int64_t theirs) { return what + ": " + std::to_string(mine) + " against " + std::to_string(theirs); }

std::string why_later(const Route& loser, std::string_view loser_prefix, const Route& winner, std::string_view winner_prefix) {
  if (winner.expression.empty() != loser.expression.empty()) return "expressions are tried before classic routes";
  if (!winner.expression.empty()) {
    if (winner.priority != loser.priority) return against("it has a lower priority", static_cast<int64_t>(loser.priority), static_cast<int64_t>(winner.priority));
    return "of equal priority, and the greater id goes first";
  }
  const Rank mine = rank_of(loser, loser_prefix), theirs = rank_of(winner, winner_prefix);
  auto count = [](size_t n) { return static_cast<int64_t>(n); };
  if (mine.fields != theirs.fields) return against("it matches by fewer fields", count(mine.fields), count(theirs.fields));
  if (mine.plain_host != theirs.plain_host) return "a host without a wildcard goes first";
  if (mine.headers != theirs.headers) return against("it matches by fewer headers", count(mine.headers), count(theirs.headers));
  if (mine.regex != theirs.regex) return "a path that is a regular expression goes before every plain one";
  if (mine.regex_priority != theirs.regex_priority) return against("it has a lower regex_priority", mine.regex_priority, theirs.regex_priority);
  if (mine.prefix != theirs.prefix) return against("its path is shorter", count(mine.prefix), count(theirs.prefix));
  return "of equal rank, and the greater id goes first";
}

// One route alone, tried with changes of the request.
class Alone {
 public:
  Alone(const Route& route, routing::Flavor flavor) : route_(route), router_(std::span(&route, 1), flavor, errors_) {}

  bool matches(const Asked& asked, std::string_view path, std::string* prefix = nullptr) const {
    const http::Headers fields = fields_of(asked);
    routing::Match match;
    if (!router_.match(query_of(asked, path, fields), match)) return false;
    if (prefix != nullptr) *prefix = match.matched_prefix;
    return true;
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

std::vector<Rival> rivals(const schema::Config& config, routing::Flavor flavor, const Asked& asked, std::string_view path, const routing::Match& won, size_t most) {
  std::vector<Rival> fitting, near;
  for (const Route& route : config.routes) {
    if (&route == won.route || fitting.size() >= most) continue;
    const bool disabled = route.service != nullptr && !route.service->enabled;
    Route alone_route = route;
    alone_route.service = nullptr;  // a router leaves routes of disabled services out
    const Alone alone(alone_route, flavor);
    std::string prefix;
    if (alone.matches(asked, path, &prefix)) {
      if (disabled) near.push_back({&route, false, "its service is disabled"});
      else if (won.route != nullptr) fitting.push_back({&route, true, why_later(route, prefix, *won.route, won.matched_prefix)});
    } else if (!disabled && near.size() < most) {
      if (std::string why = alone.missing(asked, path); !why.empty()) near.push_back({&route, false, std::move(why)});
    }
  }
  for (Rival& rival : near)
    if (fitting.size() < most) fitting.push_back(std::move(rival));
  return fitting;
}

}  // namespace deckctl::explain
