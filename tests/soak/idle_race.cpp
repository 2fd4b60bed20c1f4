// soak_idle_race REQUESTS CONNECTIONS: upstreams that end kept connections at random moments, and clients that send
// mixed requests to them through a gateway. Prints the ports of its upstreams, reads the gateway's port from its input,
// and ends with its figures and what is wrong, if anything.

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <thread>
#include <vector>

#include "tests/soak/race_workload.h"

namespace {

using namespace soak;

constexpr std::chrono::milliseconds look_every(100);

void serve(Poller& poller, const std::atomic<bool>& stopping) {
  while (!stopping) poller.turn(look_every);
}

bool any_left(const std::vector<std::unique_ptr<Caller>>& callers) {
  for (const auto& caller : callers)
    if (!caller->done()) return true;
  return false;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) {
    std::fprintf(stderr, "usage: soak_idle_race REQUESTS CONNECTIONS\n");
    return 2;
  }
  Ledger ledger(std::strtoull(arguments[1], nullptr, 10));
  const unsigned long connections = std::strtoul(arguments[2], nullptr, 10);
  Poller upstream_poller;
  std::vector<std::unique_ptr<Upstream>> upstreams;
  for (const Habit habit : race_habits) {
    upstreams.push_back(std::make_unique<Upstream>(upstream_poller, habit, ledger));
    std::printf("%s %d\n", path_of(habit), upstreams.back()->port());
  }
  std::fflush(stdout);
  int port = 0;
  if (std::scanf("%d", &port) != 1) return 2;

  std::atomic<bool> stopping{false};
  std::thread serving([&] { serve(upstream_poller, stopping); });
  Poller poller;
  RaceWorkload workload(ledger);
  std::vector<std::unique_ptr<Caller>> callers;
  for (unsigned long i = 0; i < connections; ++i)
    callers.push_back(std::make_unique<Caller>(poller, static_cast<uint16_t>(port), workload));
  while (any_left(callers)) poller.turn(look_every);
  stopping = true;
  serving.join();

  const std::vector<std::string> found = workload.judge(upstreams[1]->resets());
  std::printf("%s\n", workload.figures().c_str());
  for (const auto& upstream : upstreams)
    std::printf("{\"connections\": %llu, \"ended\": %llu}\n", static_cast<unsigned long long>(upstream->connections()),
                static_cast<unsigned long long>(upstream->endings()));
  for (const std::string& fault : found) std::printf("FAULT %s\n", fault.c_str());
  return found.empty() ? 0 : 1;
}
