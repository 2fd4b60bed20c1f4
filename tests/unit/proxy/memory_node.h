#pragma once
// A worker without sockets: a configuration from text, a clock wound by hand, clients and upstreams in memory.

#include <deque>
#include <memory>
#include <string>

#include "gateway/net/memory_stream.h"
#include "gateway/observe/log_files.h"
#include "gateway/observe/metrics.h"
#include "gateway/plugins/rate_counters.h"
#include "gateway/proxy/client_connection.h"
#include "schema/config.h"

namespace proxy {

// What plugins of all snapshots share.
struct PluginState {
  plugins::RateCounters counters;
  observe::Metrics metrics;
  observe::LogFiles log_files;
};

// nullptr: `errors` says why.
inline std::shared_ptr<const Snapshot> compile_text(std::string yaml, PluginState& state, uint64_t generation, std::vector<std::string>& errors) {
  schema::Problems problems;
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->config = schema::load({{"test.yml", "_format_version: \"3.0\"\n" + std::move(yaml), schema::Syntax::yaml}}, problems);
  for (const schema::Problem& problem : problems.all()) errors.push_back(schema::to_text(problem.path) + ": " + problem.what);
  if (snapshot->config == nullptr) return nullptr;
  snapshot->generation = generation;
  snapshot->credentials = std::make_unique<plugins::CredentialIndex>(*snapshot->config);
  plugins::Building building{*snapshot->config, *snapshot->credentials, state.counters, state.metrics, state.log_files, errors};
  snapshot->chains = std::make_unique<plugins::Chains>(*snapshot->config, building);
  snapshot->router = std::make_unique<routing::Router>(snapshot->config->routes, routing::Flavor::traditional_compatible, errors);
  snapshot->targets = std::make_unique<TargetTable>(*snapshot->config);
  snapshot->secret_names = query_secrets(*snapshot->config);
  return snapshot;
}

// Every connection succeeds at once; the upstreams' ends wait in `accepted`.
class MemoryConnector final : public net::Connector {
 public:
  async::Task<async::Result<std::unique_ptr<net::Stream>>> open(net::Loop& loop, net::Address, uint32_t) override {
    auto [ours, theirs] = net::MemoryStream::pair(loop);
    theirs->set_window_bytes(window_bytes);
    accepted.push_back(std::move(theirs));
    co_return std::unique_ptr<net::Stream>(std::move(ours));
  }
  std::deque<std::unique_ptr<net::MemoryStream>> accepted;
  size_t window_bytes = 64 * 1024;
};

struct MemoryNode {
  static net::ResolverOptions no_names() {
    net::ResolverOptions options;
    options.servers = {"127.0.0.1:1"};
    options.hosts_file = "/dev/null";
    return options;
  }
  explicit MemoryNode(Options settings = {})
      : options(std::move(settings)),
        worker(loop, resolver, *tls, options, loads, [this](std::shared_ptr<const Snapshot> old) { retired.push_back(std::move(old)); }) {
    worker.connector = &connector;
  }
  ~MemoryNode() { loop.scope().cancel_all(); }  // connections use all the rest
  // Publishes what the text says. False: it is refused.
  bool load(std::string yaml) {
    auto snapshot = compile_text(std::move(yaml), plugin_state, 1, errors);
    if (snapshot == nullptr || !errors.empty()) return false;
    worker.snapshots.publish(std::move(snapshot));
    return true;
  }

  // A new client connection; the client's end.
  std::unique_ptr<net::MemoryStream> connect() {
    auto [ours, theirs] = net::MemoryStream::pair(loop);
    ClientSide side;
    side.peer_ip = peer_ip;
    side.server_ip = "192.0.2.2";
    side.peer_port = 40'000;
    side.server_port = 8000;
    loop.spawn(serve_connection(worker, std::move(theirs), std::move(side)));
    return std::move(ours);
  }
  void run() { loop.run_until_idle(); }
  void pass(uint32_t ms) {
    clock.advance(ms);
    run();
  }
  // The upstream's end of the connection that was opened as the `number`-th.
  net::MemoryStream& upstream(size_t number) { return *connector.accepted.at(number); }

  std::string peer_ip = "192.0.2.1";  // of the next client
  net::ManualClock clock;
  net::Loop loop{clock};
  net::Resolver resolver{loop, no_names()};
  std::unique_ptr<net::TlsContext> tls = net::TlsContext::client();
  Options options;
  PluginState plugin_state;
  MemoryConnector connector;
  std::vector<std::string> errors;
  std::vector<std::shared_ptr<const Snapshot>> retired;
  balancing::Loads loads;
  Worker worker;
};

}  // namespace proxy
