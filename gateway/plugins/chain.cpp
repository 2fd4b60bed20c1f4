#include "gateway/plugins/chain.h"

#include <algorithm>
#include <string>

#include "gateway/plugins/precedence.h"

namespace plugins {
namespace {

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
    const Precedence precedence(config_, [this](const schema::Plugin& plugin) { return made_of(&plugin).plugin != nullptr; });
    chains_.global_ = intern(slots_of(precedence.chain(nullptr, nullptr)));
    chains_.first_route_ = config_.routes.data();
    chains_.by_route_.reserve(config_.routes.size());
    for (const schema::Route& route : config_.routes) {
      chains_.by_route_.push_back(intern(slots_of(precedence.chain(&route, route.service))));
    }
    for (const auto& [consumer, instances] : precedence.by_consumer()) {
      auto& slots = chains_.by_consumer_[consumer];
      for (const auto& instance : instances) slots.push_back({slot_of(instance.slot), instance.route, instance.service});
    }
  }

 private:
  struct Made {
    const Plugin* plugin = nullptr;
    uint8_t hooks = 0;
  };

  Made& made_of(const schema::Plugin* plugin) { return made_[static_cast<size_t>(plugin - config_.plugins.data())]; }

  void make_plugins() {
    made_.resize(config_.plugins.size());
    chains_.plugins_.reserve(config_.plugins.size());
    for (size_t i = 0; i < config_.plugins.size(); ++i) {
      const schema::Plugin& plugin = config_.plugins[i];
      if (!serves_http(plugin)) continue;
      const CatalogueEntry* entry = find_in_catalogue(plugin.name);
      if (entry == nullptr) {
        building_.unbuilt.push_back("plugins[" + std::to_string(i) + "].name: plugin " + std::string(plugin.name) + " is not built yet");
        continue;
      }
      std::unique_ptr<Plugin> made = entry->make(plugin, building_);
      if (!made) continue;  // the maker has said why
      made_of(&plugin) = {made.get(), entry->hooks};
      chains_.plugins_.push_back(std::move(made));
      chains_.sources_.push_back(&plugin);
    }
    chains_.plugins_.shrink_to_fit();
  }

  Slot slot_of(const Ranked& ranked) {
    const Made& made = made_of(ranked.plugin);
    return {made.plugin, ranked.rank, made.hooks, ranked.specificity};
  }

  std::vector<Slot> slots_of(const std::vector<Ranked>& chain) {
    std::vector<Slot> slots;
    slots.reserve(chain.size());
    for (const Ranked& ranked : chain) slots.push_back(slot_of(ranked));
    return slots;
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
  std::vector<Made> made_;  // by the plugin's place in the configuration
  std::unordered_multimap<uint64_t, uint32_t> known_;
};

Chains::Chains(const schema::Config& config, Building& building) : entity_texts_(config) { ChainBuilder(*this, config, building).build(); }

const Chain& Chains::of(const schema::Route* route, const schema::Service*) const {
  return route == nullptr ? global() : chains_[by_route_[static_cast<size_t>(route - first_route_)]];
}

std::span<const Chains::ConsumerSlot> Chains::of(const schema::Consumer* consumer) const {
  auto found = by_consumer_.find(consumer);
  return found == by_consumer_.end() ? std::span<const ConsumerSlot>() : found->second;
}

const schema::Plugin& Chains::source_of(const Plugin& made) const {
  const auto found =
      std::ranges::find_if(plugins_, [&](const std::unique_ptr<Plugin>& one) { return one.get() == &made; });
  return *sources_[static_cast<size_t>(found - plugins_.begin())];
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

async::Task<Verdict> ChainRun::request(Exchange& exchange, HookWatch& watch) {
  for (; at_ < slots_.size(); ++at_) {
    const Slot slot = slots_[at_];
    if ((slot.hooks & hook_request) == 0) continue;
    const uint64_t begun_us = watch.now_us();
    Step step = slot.plugin->on_request(exchange);
    Verdict verdict = Verdict::go_on;
    if (auto* waiting = std::get_if<async::Task<Verdict>>(&step)) {
      auto& hook = *waiting;
      verdict = co_await hook;
    } else {
      verdict = std::get<Verdict>(step);
    }
    watch.took(hook_request, chains_->source_of(*slot.plugin), watch.now_us() - begun_us);
    if (exchange.consumer != consumer_) follow_consumer(exchange);
    if (verdict == Verdict::answered) co_return verdict;
  }
  co_return Verdict::go_on;
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

void ChainRun::follow_consumer(const Exchange& exchange) {
  consumer_ = exchange.consumer;
  auto own = chains_->of(consumer_);
  if (own.empty() && merged_.empty()) return;
  std::vector<Slot> merged(slots_.begin(), slots_.begin() + static_cast<ptrdiff_t>(at_) + 1);
  merge_consumer(chain_->slots(), own, slots_[at_].rank, exchange.route, exchange.service, merged);
  merged_ = std::move(merged);
  slots_ = merged_;
}

void ChainRun::response(Exchange& exchange) const {
  for (const Slot& slot : slots_) {
    if ((slot.hooks & hook_response) != 0) slot.plugin->on_response(exchange);
  }
}

void ChainRun::response(Exchange& exchange, HookWatch& watch) const {
  for (const Slot& slot : slots_) {
    if ((slot.hooks & hook_response) == 0) continue;
    const uint64_t begun_us = watch.now_us();
    slot.plugin->on_response(exchange);
    watch.took(hook_response, chains_->source_of(*slot.plugin), watch.now_us() - begun_us);
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
