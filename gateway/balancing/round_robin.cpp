#include "gateway/balancing/round_robin.h"

namespace balancing {

std::optional<size_t> RoundRobin::pick(Weights weights, std::optional<uint32_t>) {
  int64_t sum = 0;
  std::optional<size_t> best;
  int64_t most = 0;
  for (size_t i = 0; i < weights.size(); ++i) {
    if (weights[i] == 0) continue;
    sum += weights[i];
    const int64_t credit = credits_[i] += weights[i];
    if (best && credit <= most) continue;
    best = i;
    most = credit;
  }
  if (best) credits_[*best] -= sum;
  return best;
}

}  // namespace balancing
