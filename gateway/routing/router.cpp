#include "gateway/routing/router.h"

#include <algorithm>

#include "gateway/routing/matcher.h"

namespace routing {

namespace {

std::string name_of(const schema::Route& route) { return "route " + std::string(route.name.empty() ? route.id : route.name); }

}  // namespace

Router::Router(std::span<const schema::Route> routes, Flavor flavor, std::vector<std::string>& errors) {
  constexpr uint16_t web = schema::protocol_http | schema::protocol_https | schema::protocol_grpc | schema::protocol_grpcs;
  for (const schema::Route& route : routes) {
    if ((route.protocols & web) == 0 || (route.service != nullptr && !route.service->enabled)) continue;
    std::string error;
    if (flavor == Flavor::expressions && !route.expression.empty())
      errors.push_back(name_of(route) + ": expressions are not built into this gateway");
    else if (!compile_classic(route, matchers_, error))
      errors.push_back(name_of(route) + ": " + error);
  }
  std::sort(matchers_.begin(), matchers_.end(), [](const auto& a, const auto& b) { return a->rank != b->rank ? a->rank > b->rank : a->tie > b->tie; });
}

Router::~Router() = default;

bool Router::match(const Query& query, Match& match) const {
  for (const auto& matcher : matchers_)
    if (matcher->refuses(query, match) == nullptr) return true;
  return false;
}

std::vector<Explanation> Router::explain(const Query& query) const {
  std::vector<Explanation> all;
  Match match;
  for (const auto& matcher : matchers_) {
    const char* reason = matcher->refuses(query, match);
    all.push_back({matcher->route, reason == nullptr, reason == nullptr ? "" : reason});
    if (reason == nullptr) break;
  }
  return all;
}

}  // namespace routing
