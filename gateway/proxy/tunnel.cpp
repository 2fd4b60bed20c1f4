// After 101 the connection is a tunnel: bytes go both ways until one side ends or both are silent.

#include "gateway/proxy/journey.h"

namespace proxy {

namespace {

struct Activity {
  uint64_t last_ms = 0;
};

// Moves bytes from one side to the other until the end; tells the other side that this one has ended.
async::Task<void> pump(Worker& worker, net::Stream& from, Input& input, net::Stream& to, Activity& activity) {
  const uint32_t idle_ms = worker.options.tunnel_idle_timeout_ms;
  while (true) {
    if (!input.unread().empty()) {
      const std::string_view piece[] = {input.unread()};
      auto writing = to.write(piece, idle_ms);
      auto written = co_await writing;
      if (!written) break;
      input.consume(piece[0].size());
      activity.last_ms = worker.loop.now_ms();
    }
    auto filling = fill(from, input, 16 * 1024, idle_ms);
    auto filled = co_await filling;
    // Silence here is fine as long as the other direction speaks.
    if (!filled && filled.error().timeout && worker.loop.now_ms() - activity.last_ms < idle_ms) continue;
    if (!filled && !filled.error().timeout) {
      // A connection that broke off is no orderly end for the other side either; and that wakes the other direction.
      to.abort();
      co_return;
    }
    if (!filled || *filled == 0) break;
    activity.last_ms = worker.loop.now_ms();
  }
  to.shutdown_write();
}

}  // namespace

async::Task<void> tunnel(Journey& journey) {
  Activity activity{journey.worker.loop.now_ms()};
  net::Stream& upstream = *journey.upstream->stream;
  auto from_client = pump(journey.worker, journey.client, journey.body.input(), upstream, activity);
  auto from_upstream = pump(journey.worker, upstream, journey.upstream_input, journey.client, activity);
  co_await from_upstream;
  // When the upstream has nothing more to say, what the client still sends has no listener: destroying the task ends it.
}

}  // namespace proxy
