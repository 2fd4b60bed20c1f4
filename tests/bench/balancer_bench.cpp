// Picking a target by each algorithm, with 10 and 100 of them; a request begins and ends where the algorithm counts
// requests.

#include <benchmark/benchmark.h>

#include <string>

#include "gateway/balancing/balancer.h"
#include "gateway/balancing/hash.h"

namespace {

void pick(benchmark::State& state, balancing::Method method) {
  balancing::Loads loads;
  balancing::Balancer balancer({method, 10'000}, loads, "u");
  std::vector<balancing::Peer> peers;
  for (uint32_t i = 0; i < state.range(0); ++i)
    peers.push_back({*net::Address::from_ip("10.0.0." + std::to_string(i + 1), 80), 50 + i % 7 * 10, i});
  balancer.update(std::move(peers), 0);
  uint64_t now_ms = 1'000;
  std::string key = "a key of usual length: 00000000";
  for (auto _ : state) {
    ++now_ms;
    key[key.size() - 1 - now_ms % 8] = static_cast<char>('0' + now_ms % 10);
    const auto hash =
        method == balancing::Method::consistent_hashing ? std::optional(balancing::hash32(key)) : std::nullopt;
    const size_t picked = *balancer.pick(hash);
    balancing::Lease lease = balancer.start(picked, now_ms - picked % 5);
    lease.answered(now_ms);
    benchmark::DoNotOptimize(lease);
  }
}

BENCHMARK_CAPTURE(pick, round_robin, balancing::Method::round_robin)->Arg(10)->Arg(100);
BENCHMARK_CAPTURE(pick, consistent_hashing, balancing::Method::consistent_hashing)->Arg(10)->Arg(100);
BENCHMARK_CAPTURE(pick, least_connections, balancing::Method::least_connections)->Arg(10)->Arg(100);
BENCHMARK_CAPTURE(pick, latency, balancing::Method::latency)->Arg(10)->Arg(100);

// A target comes or goes: the ring is built anew, on a worker.
void build_ring(benchmark::State& state) {
  balancing::Loads loads;
  std::vector<balancing::Peer> peers;
  for (uint32_t i = 0; i < state.range(0); ++i)
    peers.push_back({*net::Address::from_ip("10.0.0." + std::to_string(i + 1), 80), 100, i});
  for (auto _ : state) {
    balancing::Balancer balancer({balancing::Method::consistent_hashing, 10'000}, loads, "u");
    balancer.update(peers, 0);
    benchmark::DoNotOptimize(balancer);
  }
}
BENCHMARK(build_ring)->Arg(10)->Arg(100)->Unit(benchmark::kMicrosecond);

}  // namespace

BENCHMARK_MAIN();
