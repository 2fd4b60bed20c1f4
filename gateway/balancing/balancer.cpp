#include "gateway/balancing/balancer.h"

#include <algorithm>
#include <array>
#include <unordered_map>

#include "gateway/balancing/hash_ring.h"
#include "gateway/balancing/least_connections.h"
#include "gateway/balancing/lowest_latency.h"
#include "gateway/balancing/round_robin.h"

namespace balancing {

namespace {

struct AddressHash {
  size_t operator()(const net::Address& address) const { return address.hash(); }
};

bool same_peers(const std::vector<Peer>& a, const std::vector<Peer>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Peer& x, const Peer& y) {
    return x.address == y.address && x.weight == y.weight && x.target == y.target;
  });
}

bool asks_for_load(Method method) { return method == Method::least_connections || method == Method::latency; }

}  // namespace

Method method_of(std::string_view algorithm) {
  constexpr std::array<std::pair<std::string_view, Method>, 3> names{
      {{"consistent-hashing", Method::consistent_hashing},
       {"least-connections", Method::least_connections},
       {"latency", Method::latency}}};
  for (const auto& [name, method] : names)
    if (name == algorithm) return method;
  return Method::round_robin;
}

void Balancer::update(std::vector<Peer> peers, uint64_t now_ms) {
  if (algorithm_ == nullptr || !same_peers(peers, peers_))
    rebuild(std::move(peers), now_ms);
  else
    peers_ = std::move(peers);
  weights_.resize(peers_.size());
  for (size_t i = 0; i < peers_.size(); ++i) weights_[i] = peers_[i].available ? peers_[i].weight : 0;
}

void Balancer::rebuild(std::vector<Peer> peers, uint64_t now_ms) {
  const std::vector<Peer> before = std::exchange(peers_, std::move(peers));
  const std::vector<Loads::Hold> held = std::exchange(holds_, {});  // let go only when those that stay are held again
  if (asks_for_load(settings_.method))
    for (const Peer& peer : peers_) holds_.push_back(loads_.hold(upstream_id_, peer.address.text()));
  const std::unique_ptr<Algorithm> old = std::exchange(algorithm_, make_algorithm(now_ms));
  RoundRobin* theirs = old == nullptr ? nullptr : old->turns();
  RoundRobin* ours = algorithm_->turns();
  if (theirs == nullptr || ours == nullptr) return;
  std::unordered_map<net::Address, size_t, AddressHash> places;
  for (size_t i = 0; i < before.size(); ++i) places.emplace(before[i].address, i);
  for (size_t i = 0; i < peers_.size(); ++i)
    if (const auto known = places.find(peers_[i].address); known != places.end())
      ours->set_credit(i, theirs->credit(known->second));
}

std::unique_ptr<Algorithm> Balancer::make_algorithm(uint64_t now_ms) {
  std::vector<Load*> loads;
  for (Loads::Hold& hold : holds_) loads.push_back(&*hold);
  switch (settings_.method) {
    case Method::consistent_hashing:
      return std::make_unique<HashRing>(peers_, settings_.slots);
    case Method::least_connections:
      return std::make_unique<LeastConnections>(peers_, loads);
    case Method::latency:
      return std::make_unique<LowestLatency>(peers_, loads, now_ms);
    case Method::round_robin:
      break;
  }
  return std::make_unique<RoundRobin>(peers_.size());
}

std::optional<size_t> Balancer::pick(std::optional<uint32_t> hash, std::span<const net::Address> tried) {
  if (algorithm_ == nullptr) return std::nullopt;
  if (!tried.empty()) {
    std::vector<uint32_t> untried = weights_;
    for (size_t i = 0; i < untried.size(); ++i)
      if (std::find(tried.begin(), tried.end(), peers_[i].address) != tried.end()) untried[i] = 0;
    if (auto fresh = algorithm_->pick(untried, hash)) return fresh;
  }
  return algorithm_->pick(weights_, hash);
}

Lease Balancer::start(size_t peer, uint64_t now_ms) {
  if (holds_.empty()) return Lease();
  return settings_.method == Method::latency ? Lease(*holds_[peer], now_ms) : Lease(*holds_[peer]);
}

}  // namespace balancing
