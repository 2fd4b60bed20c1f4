#include "gateway/proxy/balancers.h"

#include <algorithm>
#include <unordered_map>

#include "gateway/proxy/worker.h"

namespace proxy {

namespace {

// How soon a name is looked at again of which there is no answer, or an old one that is being asked for anew.
constexpr uint64_t look_again_ms = 100;

std::vector<net::Address> sorted(std::vector<net::Address> addresses) {
  // Name servers answer in changing order, which is no change.
  std::sort(addresses.begin(), addresses.end(),
            [](const net::Address& a, const net::Address& b) { return a.ip() < b.ip(); });
  return addresses;
}

}  // namespace

balancing::Balancer& UpstreamBalancer::now(Worker& worker, const Targets& targets) {
  const bool marks_changed = worker.marks != nullptr && worker.marks->version() != marks_version_;
  if (worker.loop.now_ms() >= look_at_ms_ || marks_changed) look(worker, targets);
  return balancer_;
}

void UpstreamBalancer::look(Worker& worker, const Targets& targets) {
  const uint64_t now_ms = worker.loop.now_ms();
  if (worker.marks != nullptr) marks_version_ = worker.marks->version();
  look_at_ms_ = UINT64_MAX;
  unresolved_.clear();
  std::vector<balancing::Peer> peers;
  peers.reserve(targets.list.size());
  for (uint32_t i = 0; i < targets.list.size(); ++i) {
    const Target& target = targets.list[i];
    const schema::Target& facts = targets.balancing->upstream->targets[i];
    const bool available = worker.marks == nullptr || !worker.marks->is_out(upstream_id_, facts.target);
    if (target.literal.family() != net::Address::Family::none) {
      peers.push_back({target.literal, facts.weight, i, available});
      continue;
    }
    if (facts.weight == 0) continue;  // nobody has to know where it is
    const net::Resolved* resolved = worker.resolver.cached(target.host);
    look_at_ms_ =
        std::min(look_at_ms_, std::max(resolved == nullptr ? 0 : resolved->expires_ms, now_ms + look_again_ms));
    if (resolved == nullptr) {
      if (available) unresolved_.push_back(i);
      continue;
    }
    for (const net::Address& address : sorted(resolved->addresses))
      peers.push_back({address.with_port(target.port), facts.weight, i, available});
  }
  balancer_.update(std::move(peers), now_ms);
}

void Balancers::take_over(Balancers& before, const TargetTable& table) {
  if (before.all_.empty()) return;
  std::unordered_map<std::string_view, const Balancing*> upstreams;
  for (const Balancing& upstream : table.upstreams()) upstreams.emplace(upstream.upstream->id, &upstream);
  all_.resize(table.upstreams().size());
  for (auto& old : before.all_) {
    if (old == nullptr) continue;
    const auto found = upstreams.find(old->upstream_id());
    if (found == upstreams.end() || found->second->settings != old->settings()) continue;
    old->look_again();
    all_[table.place_of(*found->second)] = std::move(old);
  }
}

}  // namespace proxy
