// soak_steady_load CONNECTIONS: clients that send one request after the other through a gateway to an upstream of their
// own. Prints the upstream's port, reads the gateway's port from its input, and answers each further line with a line
// of figures, the end of the input with the last one.

#include <poll.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <vector>

#include "tests/soak/steady_workload.h"
#include "tests/soak/upstream.h"

namespace {

using namespace soak;

// Lines on the standard input that have come since the last call. -1: its end.
int lines_read() {
  pollfd input{STDIN_FILENO, POLLIN, 0};
  if (poll(&input, 1, 0) == 0) return 0;
  char bytes[256];
  const ssize_t got = read(STDIN_FILENO, bytes, sizeof bytes);
  int lines = 0;
  for (ssize_t i = 0; i < got; ++i) lines += bytes[i] == '\n';
  return got > 0 ? lines : -1;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::fprintf(stderr, "usage: soak_steady_load CONNECTIONS\n");
    return 2;
  }
  std::setvbuf(stdin, nullptr, _IONBF, 0);
  Ledger ledger(0);  // nobody asks afterwards
  Poller poller;
  Upstream upstream(poller, Habit::steady, ledger);
  std::printf("%d\n", upstream.port());
  std::fflush(stdout);
  int port = 0;
  if (std::scanf("%d", &port) != 1) return 2;

  SteadyWorkload workload;
  std::vector<std::unique_ptr<Caller>> callers;
  const unsigned long connections = std::strtoul(arguments[1], nullptr, 10);
  for (unsigned long i = 0; i < connections; ++i)
    callers.push_back(std::make_unique<Caller>(poller, static_cast<uint16_t>(port), workload));
  std::getchar();  // the end of the port's line
  for (int lines = 0; lines >= 0;) {
    poller.turn(std::chrono::milliseconds(10));
    lines = lines_read();
    for (int i = 0; i < lines; ++i) std::printf("%s\n", workload.figures(upstream.connections()).c_str());
    std::fflush(stdout);
  }
  workload.stop();
  for (int i = 0; i < 1'000; ++i) {
    bool left = false;
    for (const auto& caller : callers) left = left || !caller->done();
    if (!left) break;
    poller.turn(std::chrono::milliseconds(10));
  }
  std::printf("%s\n", workload.figures(upstream.connections()).c_str());
  return 0;
}
