#pragma once
// Smooth weighted round-robin: each turn every candidate gains its weight, the richest is picked and pays the sum.
// Spreads a heavy target's turns evenly instead of in bursts.

#include <vector>

#include "gateway/balancing/algorithm.h"

namespace balancing {

class RoundRobin final : public Algorithm {
 public:
  explicit RoundRobin(size_t peers) : credits_(peers) {}

  std::optional<size_t> pick(Weights weights, std::optional<uint32_t> hash = {}) override;
  RoundRobin* turns() override { return this; }

  // How far a peer is from its next turn.
  int64_t credit(size_t peer) const { return credits_[peer]; }
  void set_credit(size_t peer, int64_t credit) { credits_[peer] = credit; }

 private:
  std::vector<int64_t> credits_;
};

}  // namespace balancing
