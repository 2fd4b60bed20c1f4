#include "gateway/balancing/lowest_latency.h"

#include <cmath>

#include "gateway/balancing/lowest.h"

namespace balancing {

LowestLatency::LowestLatency(std::span<const Peer> peers, const std::vector<Load*>& loads, uint64_t now_ms) {
  double sum = 0;
  size_t known = 0;
  for (size_t i = 0; i < peers.size(); ++i) {
    candidates_.push_back({loads[i], peers[i].weight == 0 ? 0 : std::log(peers[i].weight)});
    if (!loads[i]->sampled()) continue;
    sum += loads[i]->average_ms(now_ms);
    ++known;
  }
  if (known == 0) return;
  for (Load* load : loads) load->presume(sum / static_cast<double>(known), now_ms);
}

std::optional<size_t> LowestLatency::pick(Weights weights, std::optional<uint32_t>) {
  return pick_lowest(weights, first_,
                     [this](size_t i) { return candidates_[i].load->rank() - candidates_[i].handicap; });
}

}  // namespace balancing
