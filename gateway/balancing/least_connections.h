#pragma once
// The peer with the fewest open requests for its weight, counted over all workers of the node. Equals take turns.

#include <vector>

#include "gateway/balancing/algorithm.h"
#include "gateway/balancing/load.h"
#include "gateway/balancing/peer.h"

namespace balancing {

class LeastConnections final : public Algorithm {
 public:
  // The load of each peer; they must outlive this.
  LeastConnections(std::span<const Peer> peers, const std::vector<Load*>& loads);
  std::optional<size_t> pick(Weights weights, std::optional<uint32_t> hash = {}) override;

 private:
  struct Candidate {
    const Load* load;
    double share;  // of one request: 1 / weight
  };
  std::vector<Candidate> candidates_;
  size_t first_ = 0;  // where the next look begins
};

}  // namespace balancing
