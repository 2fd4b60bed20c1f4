#include "gateway/balancing/load.h"

#include <doctest/doctest.h>

#include <optional>
#include <thread>
#include <vector>

#include "gateway/balancing/least_connections.h"
#include "gateway/balancing/lowest_latency.h"

using namespace balancing;

namespace {

struct Pool {
  explicit Pool(size_t count) {
    for (size_t i = 0; i < count; ++i) holds.push_back(loads.hold("u", std::to_string(i)));
    for (auto& hold : holds) all.push_back(&*hold);
  }
  static std::vector<Peer> peers(const std::vector<uint32_t>& weights) {
    std::vector<Peer> all;
    for (const uint32_t weight : weights) all.emplace_back().weight = weight;
    return all;
  }
  LeastConnections least(const std::vector<uint32_t>& weights) const { return LeastConnections(peers(weights), all); }
  LowestLatency fastest(const std::vector<uint32_t>& weights, uint64_t now_ms) const {
    return LowestLatency(peers(weights), all, now_ms);
  }
  Loads loads;
  std::vector<Loads::Hold> holds;
  std::vector<Load*> all;
};

}  // namespace

TEST_CASE("a lease counts its request until it ends, whoever ends it") {
  Loads loads;
  const auto hold = loads.hold("u", "a");
  {
    Lease one(*hold, 0), two(*hold, 0);
    CHECK(hold->open() == 2);
    Lease moved = std::move(one);
    CHECK(hold->open() == 2);
    two.end();
    two.end();
    CHECK(hold->open() == 1);
    moved = Lease(*hold, 5);
    CHECK(hold->open() == 1);
  }
  CHECK(hold->open() == 0);
  CHECK(loads.open() == 0);
}

TEST_CASE("workers count at the same address together, and nothing is lost") {
  Loads loads;
  const auto hold = loads.hold("u", "a");
  std::vector<std::thread> workers;
  for (int w = 0; w < 4; ++w)
    workers.emplace_back([&loads] {
      const auto own = loads.hold("u", "a");
      for (uint64_t i = 0; i < 20'000; ++i) {
        Lease lease(*own, i);
        lease.answered(i + 3);
      }
    });
  for (auto& worker : workers) worker.join();
  CHECK(hold->open() == 0);
  CHECK(loads.size() == 1);
  CHECK(hold->average_ms(20'000) == doctest::Approx(3).epsilon(0.1));
}

TEST_CASE("the same address in two upstreams has two loads") {
  Loads loads;
  const auto a = loads.hold("u", "a"), b = loads.hold("v", "a");
  Lease lease(*a, 0);
  CHECK(b->open() == 0);
}

TEST_CASE("a load that nobody holds goes in time, but not before its requests have ended") {
  Loads loads;
  std::optional<Lease> late;
  {
    const auto first = loads.hold("u", "first");
    late.emplace(*first, 0);
  }
  for (int i = 0; i < 1'000; ++i) (void)loads.hold("u", std::to_string(i));
  CHECK(loads.size() <= 65);
  CHECK(loads.open() == 1);
  late.reset();
  CHECK(loads.open() == 0);
}

TEST_CASE("least-connections goes where the fewest requests are") {
  Pool pool(3);
  const std::vector<uint32_t> weights = {100, 100, 100};
  auto least = pool.least(weights);
  Lease a(*pool.all[0], 0), b(*pool.all[2], 0);
  CHECK(*least.pick(weights) == 1);
  Lease c(*pool.all[1], 0), d(*pool.all[1], 0);
  a.end();
  CHECK(*least.pick(weights) == 0);
}

TEST_CASE("least-connections lets equals take turns, so that an idle node asks all of them") {
  Pool pool(3);
  const std::vector<uint32_t> weights = {7, 7, 7};
  auto least = pool.least(weights);
  std::string order;
  for (int i = 0; i < 6; ++i) order += static_cast<char>('a' + *least.pick(weights));
  CHECK(order == "abcabc");
}

TEST_CASE("least-connections gives a heavier target as many more open requests") {
  Pool pool(2);
  const std::vector<uint32_t> weights = {100, 300};
  auto least = pool.least(weights);
  std::vector<Lease> open;
  for (int i = 0; i < 40; ++i) open.emplace_back(*pool.all[*least.pick(weights)], 0);
  CHECK(pool.all[0]->open() == 10);
  CHECK(pool.all[1]->open() == 30);
}

TEST_CASE("least-connections and latency pick nobody without weight") {
  Pool pool(2);
  auto least = pool.least({1, 1});
  auto fastest = pool.fastest({1, 1}, 0);
  const std::vector<uint32_t> none = {0, 0}, second = {0, 1};
  CHECK_FALSE(least.pick(none).has_value());
  CHECK_FALSE(fastest.pick(none).has_value());
  CHECK(*least.pick(second) == 1);
  CHECK(*fastest.pick(second) == 1);
}

TEST_CASE("the average follows what is measured, faster the more time lies between") {
  Load load;
  load.sample(100, 1'000);
  CHECK(load.average_ms(1'000) == doctest::Approx(100));
  load.sample(0, 1'000);  // no time has passed
  CHECK(load.average_ms(1'000) == doctest::Approx(100));
  load.sample(200, 11'000);
  // 100 / e + 200 * (1 - 1 / e)
  CHECK(load.average_ms(11'000) == doctest::Approx(163.2).epsilon(0.001));
  for (uint64_t at = 11'000; at < 200'000; at += 50) load.sample(20, at);
  CHECK(load.average_ms(200'000) == doctest::Approx(20).epsilon(0.02));
}

TEST_CASE("latency goes to the fastest, and comes back to a slow one when its average has aged") {
  Pool pool(2);
  const std::vector<uint32_t> weights = {100, 100};
  pool.all[0]->sample(10, 1'000);
  pool.all[1]->sample(50, 1'000);
  auto fastest = pool.fastest(weights, 1'000);
  int until_asked_again = 0;
  for (uint64_t at = 1'000; at < 60'000; at += 100) {
    const size_t picked = *fastest.pick(weights);
    if (picked == 1) break;
    pool.all[0]->sample(10, at);
    ++until_asked_again;
  }
  // ln(50 / 10) * 10 s
  CHECK(until_asked_again >= 155);
  CHECK(until_asked_again <= 170);
}

TEST_CASE("latency divides by weight") {
  Pool pool(2);
  pool.all[0]->sample(10, 1'000);
  pool.all[1]->sample(20, 1'000);
  const std::vector<uint32_t> weights = {100, 300};
  CHECK(*pool.fastest(weights, 1'000).pick(weights) == 1);
}

TEST_CASE("a new target begins at the mean of the others, those of whom nothing is known take turns") {
  Pool pool(3);
  pool.all[0]->sample(10, 1'000);
  pool.all[1]->sample(30, 1'000);
  auto fastest = pool.fastest({1, 1, 1}, 1'000);
  CHECK(pool.all[2]->average_ms(1'000) == doctest::Approx(20));
  Pool fresh(2);
  const std::vector<uint32_t> weights = {1, 1};
  auto both = fresh.fastest(weights, 0);
  CHECK(*both.pick(weights) == 0);
  CHECK(*both.pick(weights) == 1);
}

TEST_CASE("who refuses at once does not pass for the fastest") {
  Loads loads;
  const auto hold = loads.hold("u", "a");
  Lease lease(*hold, 1'000);
  lease.failed(1'000);
  CHECK(hold->average_ms(1'000) == doctest::Approx(Lease::failed_as_ms));
}
