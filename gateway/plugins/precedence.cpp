#include "gateway/plugins/precedence.h"

#include <algorithm>
#include <set>

namespace plugins {

namespace {

constexpr uint16_t http_protocols =
    schema::protocol_http | schema::protocol_https | schema::protocol_grpc | schema::protocol_grpcs | schema::protocol_ws | schema::protocol_wss;

// consumer+route+service > consumer+route > consumer+service > route+service > consumer > route > service > global
uint8_t specificity(bool consumer, bool route, bool service) {
  int scopes = consumer + route + service;
  if (scopes == 3) return 7;
  if (scopes == 2) return consumer ? (route ? 6 : 5) : 4;
  return consumer ? 3 : route ? 2 : service ? 1 : 0;
}

// Position in the chain by descending priority; equal priorities by descending name.
std::map<std::string_view, uint16_t> ranks_of(const schema::Config& config) {
  std::set<std::pair<int, std::string_view>, std::greater<>> names;
  for (const schema::Plugin& plugin : config.plugins) {
    const schema::PluginShape* shape = schema::shapes().plugin(plugin.name);
    names.emplace(shape == nullptr ? 0 : shape->priority, plugin.name);
  }
  std::map<std::string_view, uint16_t> ranks;
  for (const auto& [priority, name] : names) ranks.emplace(name, static_cast<uint16_t>(ranks.size()));
  return ranks;
}

bool earlier(const Ranked& a, const Ranked& b) { return a.rank != b.rank ? a.rank < b.rank : a.specificity > b.specificity; }

}  // namespace

bool serves_http(const schema::Plugin& plugin) { return plugin.enabled && (plugin.protocols & http_protocols) != 0; }

Precedence::Precedence(const schema::Config& config, const std::function<bool(const schema::Plugin&)>& runs) : ranks_(ranks_of(config)) {
  for (const schema::Plugin& plugin : config.plugins) {
    if (!runs(plugin)) continue;
    const Ranked ranked{&plugin, ranks_[plugin.name], specificity(plugin.consumer, plugin.route, plugin.service)};
    if (plugin.consumer != nullptr)
      by_consumer_[plugin.consumer].push_back({ranked, plugin.route, plugin.service});
    else if (plugin.route != nullptr)
      by_route_[plugin.route].push_back(ranked);
    else if (plugin.service != nullptr)
      by_service_[plugin.service].push_back(ranked);
    else
      global_.push_back(ranked);
  }
  for (auto& [consumer, slots] : by_consumer_)
    std::stable_sort(slots.begin(), slots.end(), [](const auto& a, const auto& b) { return earlier(a.slot, b.slot); });
}

std::vector<Ranked> Precedence::candidates(const schema::Route* route, const schema::Service* service) const {
  std::vector<Ranked> all = global_;
  auto add = [&](const std::vector<Ranked>& more) {
    for (const Ranked& ranked : more)
      if (ranked.plugin->service == nullptr || ranked.plugin->service == service) all.push_back(ranked);
  };
  if (service != nullptr) {
    if (auto found = by_service_.find(service); found != by_service_.end()) add(found->second);
  }
  if (route != nullptr) {
    if (auto found = by_route_.find(route); found != by_route_.end()) add(found->second);
  }
  std::stable_sort(all.begin(), all.end(), earlier);
  return all;
}

std::vector<Ranked> Precedence::chain(const schema::Route* route, const schema::Service* service) const {
  std::vector<Ranked> chosen = candidates(route, service);
  chosen.erase(std::unique(chosen.begin(), chosen.end(), [](const Ranked& a, const Ranked& b) { return a.rank == b.rank; }), chosen.end());
  return chosen;
}

std::span<const Precedence::ConsumerRanked> Precedence::of(const schema::Consumer* consumer) const {
  auto found = by_consumer_.find(consumer);
  return found == by_consumer_.end() ? std::span<const ConsumerRanked>() : found->second;
}

std::vector<Ranked> Precedence::chain_of_consumer(std::span<const Ranked> chain, size_t known_at, const schema::Consumer* consumer,
                                                  const schema::Route* route, const schema::Service* service) const {
  std::vector<Ranked> merged(chain.begin(), chain.begin() + static_cast<ptrdiff_t>(known_at) + 1);
  merge_consumer(chain, of(consumer), chain[known_at].rank, route, service, merged);
  return merged;
}

}  // namespace plugins
