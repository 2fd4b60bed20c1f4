#pragma once
// Consistent hashing: each peer owns points on a ring of slots, and a key belongs to the first owner at its slot or
// below. A peer that goes leaves its keys to its neighbours; all other keys stay where they are.

#include <span>
#include <vector>

#include "gateway/balancing/peer.h"
#include "gateway/balancing/round_robin.h"

namespace balancing {

class HashRing final : public Algorithm {
 public:
  static constexpr uint32_t slots_min = 1'000;
  static constexpr uint32_t points_per_target = 160;

  // `slots`: size of the ring, at least slots_min; doubled until all points have room. The same peers make the same
  // ring in whatever order they come and on whatever node. Peers out of service keep their points, so that their keys
  // come back to them.
  HashRing(std::span<const Peer> peers, uint32_t slots);

  // The key's owner; when that one has no weight, the next one on the ring that has. Without a hash they take turns.
  // Costs the same for any number of peers as long as the owner can be picked.
  std::optional<size_t> pick(Weights weights, std::optional<uint32_t> hash) override;
  RoundRobin* turns() override { return &turns_; }

  size_t slots() const { return owners_.size(); }

 private:
  bool build(std::span<const Peer> peers, uint32_t slots);

  static constexpr uint32_t nobody = UINT32_MAX;
  std::vector<uint32_t> owners_;  // by slot; empty: no peer has weight
  RoundRobin turns_;
};

}  // namespace balancing
