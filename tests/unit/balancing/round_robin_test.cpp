#include "gateway/balancing/round_robin.h"

#include <doctest/doctest.h>

#include <string>

using balancing::RoundRobin;

TEST_CASE("weights decide how often a candidate is picked, and its turns are spread") {
  RoundRobin turns({5, 1, 1});
  std::vector<int> count(3);
  std::string order;
  for (int i = 0; i < 7; ++i) {
    size_t picked = *turns.pick();
    ++count[picked];
    order += static_cast<char>('a' + picked);
  }
  CHECK(count == std::vector<int>{5, 1, 1});
  CHECK(order == "aabacaa");
}

TEST_CASE("weight 0 is never picked, and all weights 0 give nobody") {
  RoundRobin turns({0, 3});
  for (int i = 0; i < 10; ++i) CHECK(*turns.pick() == 1);
  CHECK_FALSE(RoundRobin({0, 0}).pick().has_value());
  CHECK_FALSE(RoundRobin({}).pick().has_value());
}

TEST_CASE("a retry avoids those already tried, until nobody else is left") {
  RoundRobin turns({1, 1});
  CHECK(*turns.pick({true, false}) == 1);
  CHECK(*turns.pick({false, true}) == 0);
  CHECK(turns.pick({true, true}).has_value());
}
