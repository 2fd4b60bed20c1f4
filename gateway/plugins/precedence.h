#pragma once
// In what order plugins run, and which of several instances of one name runs: said once, for the chains of traffic and for whoever explains
// them. Knows the configuration only, no plugin's code.

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "schema/config.h"

namespace plugins {

// A configured plugin at its place.
struct Ranked {
  const schema::Plugin* plugin = nullptr;
  uint16_t rank = 0;        // position of its name in the order of priorities; 0 runs first
  uint8_t specificity = 0;  // of its scope; the greater one wins
};

// Whether it is switched on and meant for the protocols of HTTP.
bool serves_http(const schema::Plugin& plugin);

class Precedence {
 public:
  // `runs` says which plugins take part at all. The configuration must outlive the object.
  Precedence(const schema::Config& config, const std::function<bool(const schema::Plugin&)>& runs);

  // All instances without a consumer that a request of this route and service could have: by rank, and then the most specific first.
  std::vector<Ranked> candidates(const schema::Route* route, const schema::Service* service) const;
  // The same with one instance a name: what runs while no consumer is known.
  std::vector<Ranked> chain(const schema::Route* route, const schema::Service* service) const;

  struct ConsumerRanked {
    Ranked slot;
    const schema::Route* route;
    const schema::Service* service;
  };
  // The instances of this consumer, in the same order.
  std::span<const ConsumerRanked> of(const schema::Consumer* consumer) const;
  const std::unordered_map<const schema::Consumer*, std::vector<ConsumerRanked>>& by_consumer() const { return by_consumer_; }

  // `chain` once `chain[known_at]` has made the consumer known: the consumer's instances join for the names that are still to come.
  std::vector<Ranked> chain_of_consumer(std::span<const Ranked> chain, size_t known_at, const schema::Consumer* consumer,
                                        const schema::Route* route, const schema::Service* service) const;

 private:
  std::map<std::string_view, uint16_t> ranks_;
  std::vector<Ranked> global_;
  std::unordered_map<const schema::Service*, std::vector<Ranked>> by_service_;
  std::unordered_map<const schema::Route*, std::vector<Ranked>> by_route_;
  std::unordered_map<const schema::Consumer*, std::vector<ConsumerRanked>> by_consumer_;
};

// A merge walk over what comes after `rank`: for each name the more specific of the chain's instance and the consumer's. `own` is ordered
// by rank and then the most specific first; `Own` has slot, route and service. Appends to `merged`.
template <typename Slot, typename Own>
void merge_consumer(std::span<const Slot> base, std::span<const Own> own, uint16_t rank, const schema::Route* route, const schema::Service* service,
                    std::vector<Slot>& merged) {
  auto applies = [&](const Own& candidate) {
    return (candidate.route == nullptr || candidate.route == route) && (candidate.service == nullptr || candidate.service == service);
  };
  auto mine = own.begin();
  for (size_t i = 0; i < base.size() || mine != own.end();) {
    if (i < base.size() && base[i].rank <= rank) {
      ++i;
    } else if (mine != own.end() && (mine->slot.rank <= rank || !applies(*mine))) {
      ++mine;
    } else if (mine == own.end() || (i < base.size() && base[i].rank < mine->slot.rank)) {
      rank = base[i].rank;
      merged.push_back(base[i++]);
    } else {
      const bool shared = i < base.size() && base[i].rank == mine->slot.rank;
      rank = mine->slot.rank;
      merged.push_back(shared && base[i].specificity > mine->slot.specificity ? base[i] : mine->slot);
    }
  }
}

}  // namespace plugins
