#include "gateway/balancing/least_connections.h"

#include "gateway/balancing/lowest.h"

namespace balancing {

LeastConnections::LeastConnections(std::span<const Peer> peers, const std::vector<Load*>& loads) {
  for (size_t i = 0; i < peers.size(); ++i)
    candidates_.push_back({loads[i], peers[i].weight == 0 ? 0 : 1.0 / peers[i].weight});
}

std::optional<size_t> LeastConnections::pick(Weights weights, std::optional<uint32_t>) {
  return pick_lowest(weights, first_,
                     [this](size_t i) { return (candidates_[i].load->open() + 1.0) * candidates_[i].share; });
}

}  // namespace balancing
