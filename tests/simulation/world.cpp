#include "tests/simulation/world.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include "gateway/net/sleep.h"
#include "tests/simulation/scripted_client.h"
#include "tests/simulation/scripted_upstream.h"

namespace simulation {

namespace {

constexpr uint32_t sweep_every_ms = 1'000;
constexpr uint64_t generations = 8;  // more than reloads in any script
constexpr uint64_t run_ms_max = 30 * 60'000;

// One service for each kind of forwarding; X-Generation tells which configuration a request was served by.
constexpr std::string_view configuration = R"(
services:
- {name: s0, url: "http://10.0.0.1:80", retries: 5, connect_timeout: 1000, read_timeout: 2000, write_timeout: 2000, routes: [{name: r0, paths: [/s0], strip_path: false}]}
- {name: s1, url: "http://10.0.0.2:80", retries: 1, connect_timeout: 1000, read_timeout: 2000, write_timeout: 2000, routes: [{name: r1, paths: [/s1], strip_path: false, request_buffering: false, response_buffering: false}]}
- {name: s2, url: "http://10.0.0.1:80", retries: 0, connect_timeout: 1000, read_timeout: 2000, write_timeout: 2000, routes: [{name: r2, paths: [/s2], strip_path: false}]}
- {name: s3, url: "http://pool:80", retries: 3, connect_timeout: 1000, read_timeout: 2000, write_timeout: 2000, routes: [{name: r3, paths: [/s3], strip_path: false}]}
routes:
- {name: r5, paths: [/s5], plugins: [{name: request-termination, config: {status_code: 403}}]}
plugins:
- {name: correlation-id}
- name: request-transformer
  config: {add: {headers: ["X-Generation:)";

// Each configuration balances in another way, so that reloads also change that.
constexpr std::string_view algorithms[] = {"round-robin", "least-connections", "latency", "consistent-hashing", "least-connections"};

}  // namespace

Configurations::Configurations() {
  for (uint64_t generation = 0; generation < generations; ++generation) {
    std::vector<std::string> errors;
    auto snapshot = proxy::compile_text(
        fmt::format("{}{}\"]}}}}\nupstreams: [{{name: pool, algorithm: {}, targets: [{{target: '10.0.0.3:80'}}, {{target: '10.0.0.4:80'}}]}}]\n",
                    configuration, generation, algorithms[generation % std::size(algorithms)]),
        plugin_state_, generation, errors);
    for (const std::string& error : errors) std::fprintf(stderr, "configuration: %s\n", error.c_str());
    if (!errors.empty()) std::abort();
    all_.push_back(std::move(snapshot));
  }
}

World::World(const Script& own_script, const Configurations& configurations, bool keep_log)
    : script(own_script),
      requests(own_script.requests.size()),
      connections(own_script.connections.size()),
      configurations_(configurations),
      keep_log_(keep_log),
      random_(own_script.seed ^ 0x51),
      refusals_left_(own_script.refusals),
      node_(own_script.options),
      start_ms_(node_.loop.now_ms()) {
  node_.worker.connector = this;
  node_.worker.snapshots.publish(configurations_.all()[0]);
}

World::~World() { node_.loop.scope().cancel_all(); }  // peers use this

async::Task<async::Result<std::unique_ptr<net::Stream>>> World::open(net::Loop& own_loop, net::Address address,
                                                                     uint32_t timeout_ms) {
  const uint64_t number = upstream_connections_++;
  if (refusals_left_ > 0 && random_.percent(40)) {
    --refusals_left_;
    const bool silent = random_.percent(40);
    note("upstream connection {} to {} {}", number, address.text(), silent ? "times out" : "is refused");
    auto waiting = net::sleep_for(own_loop, silent ? timeout_ms : static_cast<uint32_t>(random_.below(3)));
    co_await waiting;
    co_return async::Error{.side = async::Side::upstream,
                           .what = "connect",
                           .code = silent ? ETIMEDOUT : ECONNREFUSED,
                           .timeout = silent,
                           .retry_safe = true};
  }
  if (random_.percent(50)) {
    auto waiting = net::sleep_for(own_loop, static_cast<uint32_t>(random_.below(4)));
    co_await waiting;
  }
  auto [ours, theirs] = net::MemoryStream::pair(own_loop);
  theirs->set_window_bytes(script.upstream_window_bytes);
  ours->set_segments([random = Random(script.seed + number)]() mutable {
    return random.percent(70) ? 20'000 : random.between(1, 300);
  });
  note("upstream connection {} to {}", number, address.text());
  own_loop.spawn(serve_upstream(*this, number, std::move(theirs)));
  co_return std::unique_ptr<net::Stream>(std::move(ours));
}

std::unique_ptr<net::MemoryStream> World::connect_client(const ConnectionPlan& plan) {
  auto [ours, theirs] = net::MemoryStream::pair(loop());
  ours->set_window_bytes(plan.window_bytes);
  const bool fine = Random(plan.seed).percent(30);
  theirs->set_segments([fine, random = Random(plan.seed + 1)]() mutable {
    return fine ? random.between(1, 40) : random.between(1, 40'000);
  });
  proxy::ClientSide side;
  side.peer_ip = "192.0.2.1";
  side.server_ip = "192.0.2.2";
  side.peer_port = 40'000;
  side.server_port = 8000;
  loop().spawn(proxy::serve_connection(node_.worker, std::move(theirs), std::move(side)));
  return std::move(ours);
}

async::Task<> World::start_client(size_t number) {
  const ConnectionPlan& plan = script.connections[number];
  auto waiting = net::sleep_for(loop(), plan.start_ms);
  co_await waiting;
  auto running = run_client(*this, number, connect_client(plan));
  co_await running;
}

async::Task<> World::change_configurations() {
  for (uint32_t at_ms : script.reload_ms) {
    auto waiting = net::sleep_until(loop(), start_ms_ + at_ms);
    co_await waiting;
    change_configuration();
  }
}

async::Task<> World::drain_later() {
  auto waiting = net::sleep_until(loop(), start_ms_ + script.drain_ms);
  co_await waiting;
  drain();
}

void World::change_configuration() {
  node_.worker.snapshots.publish(configurations_.all().at(++generation));
  note("configuration {} is published", generation);
}

void World::drain() {
  node_.worker.draining = draining = true;
  note("draining");
}

void World::do_what_is_due(uint64_t turn) {
  for (const uint32_t due : script.reload_turns)
    if (due == turn) change_configuration();
  if (script.drain_turn == turn) drain();
}

void World::sweep_due(void* self) {
  auto& world = *static_cast<World*>(self);
  world.node_.worker.pool.sweep(world.loop().now_ms());
  if (world.loop().scope().count() > 0) world.loop().arm(world.sweep_, sweep_every_ms);
}

void World::run() {
  for (size_t number = 0; number < script.connections.size(); ++number) loop().spawn(start_client(number));
  if (!script.reload_ms.empty()) loop().spawn(change_configurations());
  if (script.drain_ms != never) loop().spawn(drain_later());
  loop().arm(sweep_, sweep_every_ms);
  for (uint64_t turn = 0; loop().scope().count() > 0; ++turn) {
    do_what_is_due(turn);
    if (loop().turn(0)) continue;
    const auto next_ms = loop().timers().next_ms();
    if (loop().now_ms() - start_ms_ > run_ms_max || !next_ms) {
      faults.push_back(fmt::format("{} tasks never end", loop().scope().count()));
      return;
    }
    if (*next_ms > loop().now_ms()) node_.clock.advance(*next_ms - loop().now_ms());
  }
  loop().run_until_idle();
  settle();
}

// Everything that was lent has come back.
void World::settle() {
  sweep_.disarm();
  node_.worker.pool.sweep(loop().now_ms());  // their peers have gone
  const proxy::Counters& counters = node_.worker.counters;
  auto expect_none = [&](uint64_t count, std::string_view what) {
    if (count != 0) faults.push_back(fmt::format("{} {} left behind", count, what));
  };
  expect_none(counters.active, "client connections");
  expect_none(counters.writing, "requests");
  expect_none(counters.reading, "heads");
  expect_none(node_.worker.snapshots.pins(), "pins of the running snapshot");
  expect_none(node_.worker.pool.idle(), "idle upstream connections");
  expect_none(node_.worker.snapshots.old_count(), "old snapshots");
  expect_none(generation - node_.retired.size(), "snapshots not retired");
  expect_none(node_.loads.open(), "requests that upstreams' targets are thought to have");
  expect_none(loop().buffers().in_use(), "blocks");
  expect_none(loop().timers().next_ms().has_value() ? 1 : 0, "timers");
}

}  // namespace simulation
