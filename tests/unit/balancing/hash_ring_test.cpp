#include "gateway/balancing/hash_ring.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "gateway/balancing/hash.h"

using balancing::hash32;
using balancing::HashRing;
using balancing::Peer;

namespace {

constexpr int keys = 20'000;

std::vector<Peer> peers(std::vector<uint32_t> weights) {
  std::vector<Peer> all;
  for (uint32_t i = 0; i < weights.size(); ++i)
    all.push_back({*net::Address::from_ip("10.0." + std::to_string(i / 250) + "." + std::to_string(i % 250 + 1), 80),
                   weights[i], i});
  return all;
}

std::vector<uint32_t> weights_of(const std::vector<Peer>& all) {
  std::vector<uint32_t> weights;
  for (const Peer& peer : all) weights.push_back(peer.weight);
  return weights;
}

uint32_t key(int number) { return hash32("key-" + std::to_string(number)); }

// Where each key goes, as a text that does not depend on the order of the peers.
std::vector<std::string> owners(const std::vector<Peer>& all, uint32_t slots = 10'000) {
  HashRing ring(all, slots);
  const auto weights = weights_of(all);
  std::vector<std::string> where;
  for (int i = 0; i < keys; ++i) where.push_back(all[*ring.pick(weights, key(i))].address.text());
  return where;
}

}  // namespace

TEST_CASE("the hash is xxHash32 with seed 0, by its published values") {
  CHECK(hash32("") == 0x02cc5d05);
  CHECK(hash32("a") == 0x550d7456);
  CHECK(hash32("abc") == 0x32d153ff);
  CHECK(hash32("Nobody inspects the spammish repetition") == 0xe2293b2f);
}

TEST_CASE("a key stays with its target, in whatever order the targets are listed") {
  auto all = peers({100, 100, 50, 100, 100});
  const auto before = owners(all);
  std::reverse(all.begin(), all.end());
  CHECK(owners(all) == before);
}

TEST_CASE("removing one of N targets moves the keys that were its own, about 1/N, and hardly any other") {
  for (const size_t count : {3, 5, 10}) {
    auto all = peers(std::vector<uint32_t>(count, 100));
    const auto before = owners(all);
    const std::string gone = all[1].address.text();
    all.erase(all.begin() + 1);
    const auto after = owners(all);
    int of_gone = 0, others = 0;
    for (int i = 0; i < keys; ++i) {
      if (before[i] == gone)
        ++of_gone;
      else if (before[i] != after[i])
        ++others;
    }
    const double share = static_cast<double>(of_gone) / keys, fair = 1.0 / static_cast<double>(count);
    CHECK(share > fair * 0.7);
    CHECK(share < fair * 1.3);
    // Only where the points of two targets met.
    CHECK(others < keys / 50);
  }
}

TEST_CASE("keys are spread by weight") {
  const auto where = owners(peers({100, 300}));
  const double heavy = static_cast<double>(std::count(where.begin(), where.end(), "10.0.0.2:80")) / keys;
  CHECK(heavy > 0.68);
  CHECK(heavy < 0.82);
}

TEST_CASE("a target of weight 0 has no keys; without any weight there is nobody") {
  const auto where = owners(peers({0, 100}));
  CHECK(std::count(where.begin(), where.end(), "10.0.0.2:80") == keys);
  const auto none = peers({0, 0});
  HashRing empty(none, 10'000);
  CHECK_FALSE(empty.pick(weights_of(none), key(1)).has_value());
  CHECK_FALSE(empty.pick(weights_of(none), {}).has_value());
  HashRing nobody({}, 10'000);
  CHECK_FALSE(nobody.pick({}, key(1)).has_value());
}

TEST_CASE("who is out of service leaves its keys to its neighbours, and they come back to it") {
  const auto all = peers({100, 100, 100});
  HashRing ring(all, 10'000);
  std::vector<uint32_t> usual = weights_of(all), without = {100, 0, 100};
  int moved = 0;
  bool to_both[2] = {false, false};
  for (int i = 0; i < keys; ++i) {
    const size_t before = *ring.pick(usual, key(i)), now = *ring.pick(without, key(i));
    REQUIRE(now != 1);
    if (before == 1)
      to_both[now == 2] = true;
    else
      moved += now != before;
    REQUIRE(*ring.pick(usual, key(i)) == before);
  }
  CHECK(moved == 0);
  CHECK(to_both[0]);
  CHECK(to_both[1]);
}

TEST_CASE("requests without a key take turns instead of meeting at one target") {
  const auto all = peers({100, 100});
  HashRing ring(all, 10'000);
  const auto weights = weights_of(all);
  std::vector<int> count(2);
  for (int i = 0; i < 10; ++i) ++count[*ring.pick(weights, {})];
  CHECK(count == std::vector<int>{5, 5});
}

TEST_CASE("a ring has at least 1,000 slots, and grows when its targets need more points than it has") {
  CHECK(HashRing(peers({1, 1}), 10).slots() == 1'000);
  CHECK(HashRing(peers({1, 1}), 65'536).slots() == 65'536);
  const auto many = peers(std::vector<uint32_t>(300, 100));
  HashRing ring(many, 1'000);
  CHECK(ring.slots() >= 300 * HashRing::points_per_target);
  std::vector<int> count(many.size());
  const auto weights = weights_of(many);
  for (int i = 0; i < 200'000; ++i) ++count[*ring.pick(weights, key(i))];
  CHECK(*std::min_element(count.begin(), count.end()) > 0);
}

TEST_CASE("a target of hardly any weight still has a point") {
  const auto where = owners(peers({1, 65'535, 65'535}));
  CHECK(std::count(where.begin(), where.end(), "10.0.0.1:80") > 0);
}
