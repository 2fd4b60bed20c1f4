#include "gateway/balancing/round_robin.h"

#include <doctest/doctest.h>

#include <string>

using balancing::RoundRobin;

namespace {

std::string order(RoundRobin& turns, std::vector<uint32_t> weights, int picks) {
  std::string all;
  for (int i = 0; i < picks; ++i) all += static_cast<char>('a' + *turns.pick(weights));
  return all;
}

}  // namespace

TEST_CASE("weights decide how often a peer is picked, and its turns are spread") {
  RoundRobin turns(3);
  CHECK(order(turns, {5, 1, 1}, 7) == "aabacaa");
}

TEST_CASE("a peer of weight 0 is never picked, and all of weight 0 give nobody") {
  RoundRobin turns(2);
  CHECK(order(turns, {0, 3}, 10) == "bbbbbbbbbb");
  const std::vector<uint32_t> none = {0, 0};
  CHECK_FALSE(turns.pick(none).has_value());
  CHECK_FALSE(RoundRobin(0).pick({}).has_value());
}

TEST_CASE("over a round each peer gets just what its weight is, whatever the weights are") {
  const std::vector<uint32_t> weights = {10, 20, 70, 1, 65535};
  RoundRobin turns(weights.size());
  std::vector<uint32_t> count(weights.size());
  for (uint32_t i = 0; i < 10 + 20 + 70 + 1 + 65535; ++i) ++count[*turns.pick(weights)];
  CHECK(count == weights);
}
