#include "gateway/plugins/chain.h"

#include <algorithm>
#include <map>
#include <string>

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
  std::vector<std::pair<int, std::string_view>> names;
  for (const schema::Plugin& plugin : config.plugins) {
    const schema::PluginShape* shape = schema::shapes().plugin(plugin.name);
    names.emplace_back(shape == nullptr ? 0 : shape->priority, plugin.name);
  }
  std::sort(names.begin(), names.end(), std::greater<>());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  std::map<std::string_view, uint16_t> ranks;
  for (const auto& [priority, name] : names) ranks.emplace(name, static_cast<uint16_t>(ranks.size()));
  return ranks;
}

uint64_t hash_of(std::span<const Slot> slots) {
  uint64_t hash = 1469598103934665603u;
  for (const Slot& slot : slots) hash = (hash ^ reinterpret_cast<uintptr_t>(slot.plugin)) * 1099511628211u;
  return hash;
}

}  // namespace

class ChainBuilder {
 public:
  ChainBuilder(Chains& chains, const schema::Config& config, Building& building) : chains_(chains), config_(config), building_(building) {}

  void build() {
    make_plugins();
    chains_.global_ = intern(resolve(nullptr, nullptr));
    chains_.first_route_ = config_.routes.data();
    chains_.by_route_.reserve(config_.routes.size());
    for (const schema::Route& route : config_.routes) {
      chains_.by_route_.push_back(intern(resolve(&route, route.service)));
    }
  }

 private:
  // A plugin without a consumer, waiting to be chosen.
  struct Candidate {
    Slot slot;
    const schema::Route* route;
    const schema::Service* service;
  };

  void make_plugins() {
    auto ranks = ranks_of(config_);
    for (size_t i = 0; i < config_.plugins.size(); ++i) {
      const schema::Plugin& plugin = config_.plugins[i];
      if (!plugin.enabled || (plugin.protocols & http_protocols) == 0) continue;
      const CatalogueEntry* entry = find_in_catalogue(plugin.name);
      if (entry == nullptr) {
        building_.errors.push_back("plugins[" + std::to_string(i) + "].name: plugin " + std::string(plugin.name) + " is not built yet");
        continue;
      }
      std::unique_ptr<Plugin> made = entry->make(plugin, building_);
      if (!made) continue;  // the maker has said why
      Slot slot{made.get(), ranks[plugin.name], entry->hooks, specificity(plugin.consumer, plugin.route, plugin.service)};
      chains_.plugins_.push_back(std::move(made));
      if (plugin.consumer != nullptr) {
        chains_.by_consumer_[plugin.consumer].push_back({slot, plugin.route, plugin.service});
      } else if (plugin.route != nullptr) {
        by_route_[plugin.route].push_back({slot, plugin.route, plugin.service});
      } else if (plugin.service != nullptr) {
        by_service_[plugin.service].push_back({slot, nullptr, plugin.service});
      } else {
        global_.push_back({slot, nullptr, nullptr});
      }
    }
    chains_.plugins_.shrink_to_fit();
    for (auto& [consumer, slots] : chains_.by_consumer_) {
      std::stable_sort(slots.begin(), slots.end(), [](const auto& a, const auto& b) {
        return a.slot.rank != b.slot.rank ? a.slot.rank < b.slot.rank : a.slot.specificity > b.slot.specificity;
      });
    }
  }

  std::vector<Slot> resolve(const schema::Route* route, const schema::Service* service) {
    std::vector<Slot> chosen;
    auto add = [&](const std::vector<Candidate>& candidates) {
      for (const Candidate& candidate : candidates) {
        if (candidate.service == nullptr || candidate.service == service) chosen.push_back(candidate.slot);
      }
    };
    add(global_);
    if (service != nullptr) {
      if (auto found = by_service_.find(service); found != by_service_.end()) add(found->second);
    }
    if (route != nullptr) {
      if (auto found = by_route_.find(route); found != by_route_.end()) add(found->second);
    }
    std::stable_sort(chosen.begin(), chosen.end(), [](const Slot& a, const Slot& b) {
      return a.rank != b.rank ? a.rank < b.rank : a.specificity > b.specificity;
    });
    auto same_name = [](const Slot& a, const Slot& b) { return a.rank == b.rank; };
    chosen.erase(std::unique(chosen.begin(), chosen.end(), same_name), chosen.end());
    return chosen;
  }

  // Equal chains are stored once: ten thousand routes without plugins of their own share the global one.
  uint32_t intern(const std::vector<Slot>& slots) {
    auto [first, last] = known_.equal_range(hash_of(slots));
    for (auto at = first; at != last; ++at) {
      if (std::ranges::equal(chains_.chains_[at->second].slots(), slots)) return at->second;
    }
    Chain chain;
    auto stored = std::make_unique<Slot[]>(slots.size());
    std::copy(slots.begin(), slots.end(), stored.get());
    chain.first_ = stored.get();
    chain.count_ = static_cast<uint32_t>(slots.size());
    for (const Slot& slot : slots) chain.hooks_ |= slot.hooks;
    chains_.slots_.push_back(std::move(stored));
    chains_.chains_.push_back(chain);
    auto index = static_cast<uint32_t>(chains_.chains_.size() - 1);
    known_.emplace(hash_of(slots), index);
    return index;
  }

  Chains& chains_;
  const schema::Config& config_;
  Building& building_;
  std::vector<Candidate> global_;
  std::unordered_map<const schema::Service*, std::vector<Candidate>> by_service_;
  std::unordered_map<const schema::Route*, std::vector<Candidate>> by_route_;
  std::unordered_multimap<uint64_t, uint32_t> known_;
};

Chains::Chains(const schema::Config& config, Building& building) { ChainBuilder(*this, config, building).build(); }

const Chain& Chains::of(const schema::Route* route, const schema::Service*) const {
  return route == nullptr ? global() : chains_[by_route_[static_cast<size_t>(route - first_route_)]];
}

std::span<const Chains::ConsumerSlot> Chains::of(const schema::Consumer* consumer) const {
  auto found = by_consumer_.find(consumer);
  return found == by_consumer_.end() ? std::span<const ConsumerSlot>() : found->second;
}

Step ChainRun::advance(Exchange& exchange) {
  while (at_ < slots_.size()) {
    const Slot& slot = slots_[at_];
    if ((slot.hooks & hook_request) != 0) {
      Step step = slot.plugin->on_request(exchange);
      if (std::holds_alternative<async::Task<Verdict>>(step)) return step;
      if (exchange.consumer != consumer_) follow_consumer(exchange);
      ++at_;
      if (std::get<Verdict>(step) == Verdict::answered) return step;
    } else {
      ++at_;
    }
  }
  return Verdict::go_on;
}

Step ChainRun::request(Exchange& exchange) {
  Step step = advance(exchange);
  if (std::holds_alternative<Verdict>(step)) return step;
  return resume(exchange, std::move(std::get<async::Task<Verdict>>(step)));
}

async::Task<Verdict> ChainRun::run_request(Exchange& exchange) {
  Step step = request(exchange);
  if (std::holds_alternative<Verdict>(step)) co_return std::get<Verdict>(step);
  async::Task<Verdict> rest = std::move(std::get<async::Task<Verdict>>(step));
  Verdict verdict = co_await rest;
  co_return verdict;
}

async::Task<Verdict> ChainRun::resume(Exchange& exchange, async::Task<Verdict> waiting) {
  while (true) {
    Verdict verdict = co_await waiting;
    if (exchange.consumer != consumer_) follow_consumer(exchange);
    ++at_;
    if (verdict == Verdict::answered) co_return verdict;
    Step step = advance(exchange);
    if (std::holds_alternative<Verdict>(step)) co_return std::get<Verdict>(step);
    waiting = std::move(std::get<async::Task<Verdict>>(step));
  }
}

// A merge walk over what is still to come: for each name the more specific of the chain's instance and the consumer's.
void ChainRun::follow_consumer(const Exchange& exchange) {
  consumer_ = exchange.consumer;
  auto own = chains_->of(consumer_);
  if (own.empty() && merged_.empty()) return;
  uint16_t rank = slots_[at_].rank;
  std::vector<Slot> merged(slots_.begin(), slots_.begin() + static_cast<ptrdiff_t>(at_) + 1);
  auto base = chain_->slots();
  auto mine = own.begin();
  auto applies = [&exchange](const Chains::ConsumerSlot& candidate) {
    return (candidate.route == nullptr || candidate.route == exchange.route) &&
           (candidate.service == nullptr || candidate.service == exchange.service);
  };
  for (size_t i = 0; i < base.size() || mine != own.end();) {
    if (i < base.size() && base[i].rank <= rank) {
      ++i;
    } else if (mine != own.end() && (mine->slot.rank <= rank || !applies(*mine))) {
      ++mine;
    } else if (mine == own.end() || (i < base.size() && base[i].rank < mine->slot.rank)) {
      rank = base[i].rank;
      merged.push_back(base[i++]);
    } else {
      bool shared = i < base.size() && base[i].rank == mine->slot.rank;
      rank = mine->slot.rank;
      merged.push_back(shared && base[i].specificity > mine->slot.specificity ? base[i] : mine->slot);
    }
  }
  merged_ = std::move(merged);
  slots_ = merged_;
}

void ChainRun::response(Exchange& exchange) const {
  for (const Slot& slot : slots_) {
    if ((slot.hooks & hook_response) != 0) slot.plugin->on_response(exchange);
  }
}

void ChainRun::finish(const Exchange& exchange) const {
  for (const Slot& slot : slots_) {
    if ((slot.hooks & hook_finish) != 0) slot.plugin->on_finish(exchange);
  }
}

bool ChainRun::has(Hook hook) const {
  for (const Slot& slot : slots_) {
    if ((slot.hooks & hook) != 0) return true;
  }
  return false;
}

}  // namespace plugins
