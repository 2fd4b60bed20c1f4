#pragma once
// The balancers of one snapshot on one worker, made when a request first needs them. Those of upstreams that stay go
// over to the next snapshot, with what they know.

#include <cstdint>
#include <memory>
#include <vector>

#include "gateway/balancing/balancer.h"
#include "gateway/proxy/target_table.h"

namespace proxy {

struct Worker;

class UpstreamBalancer {
 public:
  UpstreamBalancer(const Balancing& upstream, balancing::Loads& loads)
      : balancer_(upstream.settings, loads, std::string(upstream.upstream->id)), upstream_id_(upstream.upstream->id) {}

  // With the peers as the worker knows them now: names that are resolved, targets that are in service. `targets`: those
  // of any service that goes to this upstream.
  balancing::Balancer& now(Worker& worker, const Targets& targets);
  // Looks again at the next request: names may have changed, or the configuration.
  void look_again() { look_at_ms_ = 0; }
  // Places of the targets of which no address is known.
  const std::vector<uint32_t>& unresolved() const { return unresolved_; }

  const std::string& upstream_id() const { return upstream_id_; }
  const balancing::Balancer::Settings& settings() const { return balancer_.settings(); }

 private:
  void look(Worker& worker, const Targets& targets);

  balancing::Balancer balancer_;
  std::string upstream_id_;
  uint64_t look_at_ms_ = 0;     // of the loop's clock
  uint64_t marks_version_ = 0;  // as of the last look
  std::vector<uint32_t> unresolved_;
};

class Balancers {
 public:
  UpstreamBalancer& of(const TargetTable& table, const Balancing& upstream, balancing::Loads& loads) {
    if (all_.empty()) all_.resize(table.upstreams().size());
    auto& own = all_[table.place_of(upstream)];
    if (own == nullptr) own = std::make_unique<UpstreamBalancer>(upstream, loads);
    return *own;
  }
  // Takes those whose upstream is in `table` as well and is balanced in the same way.
  void take_over(Balancers& before, const TargetTable& table);

 private:
  std::vector<std::unique_ptr<UpstreamBalancer>> all_;  // by the upstream's place; nullptr: not asked for yet
};

}  // namespace proxy
