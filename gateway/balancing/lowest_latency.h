#pragma once
// The peer that answers fastest for its weight, by the moving averages that all workers of the node share. Equals take
// turns.

#include <vector>

#include "gateway/balancing/algorithm.h"
#include "gateway/balancing/load.h"
#include "gateway/balancing/peer.h"

namespace balancing {

class LowestLatency final : public Algorithm {
 public:
  // The load of each peer; they must outlive this. Peers without an average begin at the mean of the others.
  LowestLatency(std::span<const Peer> peers, const std::vector<Load*>& loads, uint64_t now_ms);
  std::optional<size_t> pick(Weights weights, std::optional<uint32_t> hash = {}) override;

 private:
  struct Candidate {
    const Load* load;
    double handicap;  // of its weight: ranks are logarithms, so dividing is subtracting
  };
  std::vector<Candidate> candidates_;
  size_t first_ = 0;  // where the next look begins
};

}  // namespace balancing
