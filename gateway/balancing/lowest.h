#pragma once
// The peer with the lowest score, for algorithms that look at all of them.

#include <cstdint>
#include <limits>
#include <optional>

#include "gateway/balancing/algorithm.h"

namespace balancing {

// `score(i)` of a peer with weight. Equals take turns: the look begins at `first`, which moves behind the one that is
// picked.
template <typename Score>
std::optional<size_t> pick_lowest(Weights weights, size_t& first, Score score) {
  const size_t count = weights.size(), nobody = count;
  size_t best = nobody;
  double lowest = std::numeric_limits<double>::infinity();
  const auto look = [&](size_t from, size_t to) {
    for (size_t i = from; i < to; ++i) {
      if (weights[i] == 0) continue;
      const double own = score(i);
      if (own >= lowest) continue;  // nearly always
      best = i;
      lowest = own;
    }
  };
  if (first >= count) first = 0;
  look(first, count);
  look(0, first);
  if (best == nobody) return std::nullopt;
  first = best + 1;
  return best;
}

}  // namespace balancing
