// simulation SEED COUNT: runs of consecutive seeds until COUNT requests have been sent. A run is repeated with `simulation ITS_SEED 1`; `-v` prints
// its script and what happened.

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "gateway/async/frame_pool.h"
#include "tests/simulation/allocations.h"
#include "tests/simulation/invariants.h"

namespace {

using namespace simulation;

constexpr int failures_max = 5;

struct Totals {
  uint64_t runs = 0, requests = 0, answers = 0, own = 0, cut = 0, attempts = 0, tunnels = 0, left_alone = 0;
  int failures = 0;
};

void print_story(const Script& script, const World& world) {
  std::fputs(describe(script).c_str(), stdout);
  for (const std::string& line : world.log()) std::printf("  %s\n", line.c_str());
}

std::vector<std::string> run_once(uint64_t seed, const Configurations& configurations, bool tell, Totals& totals) {
  const size_t frames = async::frames_in_use();
  const Script script = draw_script(seed);
  std::vector<std::string> found;
  {
    World world(script, configurations, tell);
    world.run();
    found = breaches(world, totals.left_alone);
    if (tell) print_story(script, world);
    ++totals.runs;
    for (const RequestRecord& request : world.requests) {
      totals.requests += request.begun;
      totals.attempts += request.attempts.size();
      totals.tunnels += request.down_ended;
    }
    for (const ConnectionRecord& connection : world.connections) {
      totals.answers += connection.answers.size();
      for (const AnswerRecord& answer : connection.answers) {
        totals.own += answer.who.empty();
        totals.cut += !answer.whole;
      }
    }
  }
  if (async::frames_in_use() != frames) found.push_back("frames of coroutines are left behind");
  return found;
}

// Pools and caches are warm after the first time; the second must leave nothing.
bool leaves_memory(uint64_t seed, const Configurations& configurations) {
  Totals totals;
  run_once(seed, configurations, false, totals);
  const int64_t before = live_allocations();
  run_once(seed, configurations, false, totals);
  return live_allocations() != before;
}

}  // namespace

int main(int count, char** arguments) {
  const bool tell = count > 3 && std::strcmp(arguments[3], "-v") == 0;
  if (count < 3) {
    std::fprintf(stderr, "usage: simulation SEED COUNT [-v]\n");
    return 2;
  }
  const uint64_t first = std::strtoull(arguments[1], nullptr, 10), wanted = std::strtoull(arguments[2], nullptr, 10);
  const Configurations configurations;
  Totals totals;
  uint64_t seed = first;
  for (; totals.requests < wanted && totals.failures < failures_max; ++seed) {
    const auto found = run_once(seed, configurations, tell, totals);
    if (found.empty()) continue;
    ++totals.failures;
    std::printf("seed %llu: repeat with: simulation %llu 1 -v\n", static_cast<unsigned long long>(seed), static_cast<unsigned long long>(seed));
    for (const std::string& breach : found) std::printf("  BREACH %s\n", breach.c_str());
    if (!tell && totals.failures == 1) {
      Totals again;
      run_once(seed, configurations, true, again);
    }
  }
  for (uint64_t sample = first; sample < seed && totals.failures == 0; sample += 1 + (seed - first) / 20) {
    if (!leaves_memory(sample, configurations)) continue;
    ++totals.failures;
    std::printf("seed %llu: BREACH memory is left behind\n", static_cast<unsigned long long>(sample));
  }
  std::printf("%llu requests in %llu runs from seed %llu: %llu attempts, %llu answers (%llu our own, %llu cut), %llu tunnels, %llu silent upstreams left; %d runs failed\n",
              static_cast<unsigned long long>(totals.requests), static_cast<unsigned long long>(totals.runs), static_cast<unsigned long long>(first),
              static_cast<unsigned long long>(totals.attempts), static_cast<unsigned long long>(totals.answers),
              static_cast<unsigned long long>(totals.own), static_cast<unsigned long long>(totals.cut), static_cast<unsigned long long>(totals.tunnels),
              static_cast<unsigned long long>(totals.left_alone),
              totals.failures);
  return totals.failures == 0 ? 0 : 1;
}
