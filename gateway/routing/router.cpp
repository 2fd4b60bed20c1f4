#include "gateway/routing/router.h"

#include <algorithm>

#include "gateway/routing/check_routes.h"
#include "gateway/routing/rank.h"
#include "schema/masked.h"

namespace routing {

namespace {

std::string name_of(const schema::Route& route) {
  return "route " + schema::shown_name(route.entity, route.name, route.id);
}

}  // namespace

Router::Router(std::span<const schema::Route> routes, Flavor flavor, std::vector<std::string>& errors, Traffic traffic) {
  std::vector<Compiled> compiled;
  for (const schema::Route& route : routes) {
    if (!concerns(route, traffic)) continue;
    std::vector<Fault> faults;
    compile_route(route, flavor, traffic, compiled, faults);
    for (const Fault& fault : faults)
      errors.push_back(name_of(route) + ": " + fault.field + ": " +
                       schema::shown_field(route.entity, fault.field,
                                           fault.what + (fault.hint.empty() ? "" : " (" + fault.hint + ")")));
  }
  build(std::move(compiled));
}

Router::Router(const schema::Config& config, Flavor flavor, schema::Problems& problems, Traffic traffic) {
  std::vector<Compiled> compiled;
  compile_routes(config, flavor, traffic, compiled, problems);
  build(std::move(compiled));
}

void Router::build(std::vector<Compiled> compiled) {
  // Equal ids are parts of one route or copies of it: they keep their order.
  std::stable_sort(compiled.begin(), compiled.end(), [](const Compiled& a, const Compiled& b) {
    return a.matcher->rank() != b.matcher->rank() ? a.matcher->rank() > b.matcher->rank() : a.tie > b.tie;
  });
  std::vector<Keys> keys;
  for (Compiled& one : compiled) {
    keys.push_back(one.matcher->keys());
    matchers_.push_back(std::move(one.matcher));
  }
  index_ = std::make_unique<const Index>(keys);
}

Router::~Router() = default;

bool Router::match(const Query& query, Match& match) const {
  const uint32_t position = index_->first(query.host, query.path, [&](uint32_t at) { return matchers_[at]->fits(query); });
  if (position == Index::none) return false;
  match.route = &matchers_[position]->route();
  match.path_match = matchers_[position]->path_match(query);
  match.matched_prefix = match.path_match.prefix;
  match.path = query.path;
  return true;
}

std::vector<Explanation> Router::explain(const Query& query) const {
  std::vector<Explanation> all;
  const Matcher* winner = nullptr;
  for (const auto& matcher : matchers_) {
    Explanation one{&matcher->route(), false, matcher->fits(query), false, {}};
    if (!one.fits) {
      const std::vector<Misfit> misfits = matcher->misfits(query);
      one.nearly = misfits.size() == 1 && misfits.front().is_alone;
      one.reason = misfits.empty() ? std::string() : misfits.front().what;
    } else if (winner == nullptr) {
      winner = matcher.get();
      one.matched = true;
    } else {
      one.reason = "fits, but comes later: " + why_after(winner->rank(), matcher->rank());
    }
    all.push_back(std::move(one));
  }
  return all;
}

}  // namespace routing
