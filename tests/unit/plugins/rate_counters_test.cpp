#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "gateway/plugins/rate_counters.h"

using namespace plugins;

namespace {
constexpr int64_t noon_ms = 1'750'000'020'000;  // 2025-06-15 15:07:00 UTC

bool take(RateCounters& counters, std::string_view key, std::initializer_list<Limit> limits, int64_t now_ms) {
  std::array<uint64_t, period_count> used{};
  return counters.take(key, {limits.begin(), limits.size()}, now_ms, used);
}
}  // namespace

TEST_CASE("a limit of 5 lets exactly 5 of 100 parallel requests pass") {
  RateCounters counters;
  std::atomic<int> passed{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 10; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 10; ++j) passed += take(counters, "k", {{Period::minute, 5}}, noon_ms);
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(passed == 5);
}

TEST_CASE("a request that one window refuses is counted in none") {
  RateCounters counters;
  std::array<uint64_t, period_count> used{};
  std::array<Limit, 2> limits = {{{Period::second, 1}, {Period::hour, 10}}};
  CHECK(counters.take("k", limits, noon_ms, used));
  CHECK_FALSE(counters.take("k", limits, noon_ms, used));
  CHECK(used[0] == 1);
  CHECK(used[1] == 1);
  CHECK(counters.take("k", limits, noon_ms + 1000, used));
  CHECK(used[1] == 2);
}

TEST_CASE("windows follow the calendar in UTC") {
  Window month = window_at(Period::month, noon_ms);
  CHECK(month.start_ms == 1'748'736'000'000);
  CHECK(month.end_ms == 1'751'328'000'000);
  Window year = window_at(Period::year, noon_ms);
  CHECK(year.start_ms == 1'735'689'600'000);
  CHECK(year.end_ms == 1'767'225'600'000);
  CHECK(window_at(Period::minute, noon_ms).start_ms == noon_ms);
}

TEST_CASE("many identifiers take bounded memory, and expired ones go") {
  RateCounters counters(6400);
  for (int i = 0; i < 50'000; ++i) take(counters, "k" + std::to_string(i), {{Period::hour, 5}}, noon_ms);
  CHECK(counters.entries() <= 6400);
  counters.sweep(noon_ms + 3'600'000);
  CHECK(counters.entries() == 0);
  std::string long_key(10'000, 'x');
  CHECK(take(counters, long_key, {{Period::hour, 1}}, noon_ms));
  CHECK_FALSE(take(counters, long_key, {{Period::hour, 1}}, noon_ms));
}
