#pragma once
// Which plugins run for a request, and in what order. Chains are resolved once for each snapshot: for a (route, service) pair every plugin
// name has at most one instance, the one of the most specific scope. What depends on the consumer is known only after an auth plugin has
// run; then the few plugins of that consumer are merged in, for the names that are still to come.

#include <cstdint>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "gateway/plugins/entity_texts.h"
#include "gateway/plugins/plugin.h"

namespace plugins {

// One plugin at its place in a chain.
struct Slot {
  const Plugin* plugin = nullptr;
  uint16_t rank = 0;        // position of its name in the order of priorities; 0 runs first
  uint8_t hooks = 0;        // set of Hook
  uint8_t specificity = 0;  // of its scope; the greater one wins

  bool operator==(const Slot&) const = default;
};

class Chain {
 public:
  std::span<const Slot> slots() const { return {first_, count_}; }
  bool has(Hook hook) const { return (hooks_ & hook) != 0; }

 private:
  friend class Chains;
  friend class ChainBuilder;
  const Slot* first_ = nullptr;
  uint32_t count_ = 0;
  uint8_t hooks_ = 0;
};

class Chains {
 public:
  // Makes every enabled plugin of the HTTP protocols; what cannot be made is reported in building.errors.
  Chains(const schema::Config& config, Building& building);

  // `service` may differ from the route's own only by being nullptr.
  const Chain& of(const schema::Route* route, const schema::Service* service) const;
  // For requests that no route matched: only response and finish hooks run then.
  const Chain& global() const { return chains_[global_]; }

  // The instances of this consumer, by rank and then the most specific first; empty for most.
  struct ConsumerSlot {
    Slot slot;
    const schema::Route* route;
    const schema::Service* service;
  };
  std::span<const ConsumerSlot> of(const schema::Consumer* consumer) const;

  // What a plugin was made of.
  const schema::Plugin& source_of(const Plugin& made) const;

  const EntityTexts& entity_texts() const { return entity_texts_; }
  size_t plugins() const { return plugins_.size(); }
  size_t distinct() const { return chains_.size(); }

 private:
  friend class ChainBuilder;

  const schema::Route* first_route_ = nullptr;
  EntityTexts entity_texts_;
  std::vector<std::unique_ptr<Plugin>> plugins_;
  std::vector<const schema::Plugin*> sources_;  // of the plugins
  std::vector<std::unique_ptr<Slot[]>> slots_;
  std::vector<Chain> chains_;
  std::vector<uint32_t> by_route_;  // index of the route in the configuration -> chain
  uint32_t global_ = 0;
  std::unordered_map<const schema::Consumer*, std::vector<ConsumerSlot>> by_consumer_;
};

// Is told what each hook takes: for the few requests whose client asks where its time goes.
class HookWatch {
 public:
  virtual ~HookWatch() = default;
  virtual uint64_t now_us() = 0;
  virtual void took(Hook hook, const schema::Plugin& plugin, uint64_t us) = 0;
};

// The run of one exchange through its chain. The proxy keeps one beside the exchange; the chains must outlive it.
class ChainRun {
 public:
  ChainRun() = default;
  ChainRun(const Chains& chains, const Chain& chain) : chains_(&chains), chain_(&chain), slots_(chain.slots()) {}
  ChainRun(const ChainRun&) = delete;  // the slots may be a view of the run's own vector
  ChainRun& operator=(const ChainRun&) = delete;
  ChainRun(ChainRun&&) = default;
  ChainRun& operator=(ChainRun&&) = default;

  // Request hooks in order until one answers. A verdict at once unless a hook waits; then a task that runs the rest. The run and the
  // exchange must outlive the task. A hook that answers has made the exchange's response.
  Step request(Exchange& exchange);
  // The same under a watch, which must outlive the task.
  async::Task<Verdict> request(Exchange& exchange, HookWatch& watch);
  // The same as a task, for callers that do not mind the frame.
  async::Task<Verdict> run_request(Exchange& exchange);
  // Every plugin that applies takes part, whoever answered.
  void response(Exchange& exchange) const;
  void response(Exchange& exchange, HookWatch& watch) const;
  void finish(const Exchange& exchange) const;

  bool has(Hook hook) const;

 private:
  async::Task<Verdict> resume(Exchange& exchange, async::Task<Verdict> waiting);
  // The next hook's step; go_on with at_ at the end when there is none left.
  Step advance(Exchange& exchange);
  void follow_consumer(const Exchange& exchange);

  const Chains* chains_ = nullptr;
  const Chain* chain_ = nullptr;
  std::span<const Slot> slots_;
  std::vector<Slot> merged_;  // with the consumer's plugins; empty while nobody needs it
  const schema::Consumer* consumer_ = nullptr;
  size_t at_ = 0;
};

}  // namespace plugins
