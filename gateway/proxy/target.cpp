#include "gateway/proxy/target.h"

#include <algorithm>

#include "gateway/net/name_error.h"

namespace proxy {

namespace {

async::Error no_peer() { return {.side = async::Side::upstream, .what = "no peer"}; }

UpstreamBalancer& balancer_of(Journey& journey, const Targets& targets) {
  return journey.snapshot.balancers().of(*journey.snapshot->targets, *targets.balancing, journey.worker.loads);
}

async::Result<Destination> choose_peer(Journey& journey, const Targets& targets, Tried& tried) {
  Worker& worker = journey.worker;
  UpstreamBalancer& upstream = balancer_of(journey, targets);
  balancing::Balancer& balancer = upstream.now(worker, targets);
  if (!tried.hashed && balancer.settings().method == balancing::Method::consistent_hashing)
    tried.hash = hash_of(targets.balancing->hash_key, journey.exchange, worker.request_ids);
  tried.hashed = true;
  if (const auto picked = balancer.pick(tried.hash, tried.failed())) {
    const balancing::Peer& peer = balancer.peers()[*picked];
    journey.lease = balancer.start(*picked, worker.loop.now_ms());
    return Destination{peer.address, &targets.list[peer.target]};
  }
  if (upstream.unresolved().empty()) return no_peer();
  return Destination{{}, &targets.list[upstream.unresolved().front()]};
}

}  // namespace

async::Result<Destination> choose_target(Journey& journey, Tried& tried) {
  const Targets& targets = journey.snapshot->targets->of(*journey.exchange.service);
  if (targets.balancing != nullptr) return choose_peer(journey, targets, tried);
  const Target& host = targets.list.front();
  return Destination{host.literal, &host};
}

namespace {

// One of the addresses of the service's own host, by their turn.
async::Task<async::Result<Destination>> resolve_host(Journey& journey, const Target& target) {
  Worker& worker = journey.worker;
  auto resolving = worker.resolver.resolve(target.host, journey.exchange.service->connect_timeout_ms);
  auto addresses = co_await resolving;
  if (!addresses) co_return addresses.error();
  const std::vector<net::Address>& list = addresses->addresses;
  if (list.empty()) co_return async::Error{.side = async::Side::upstream, .what = net::name_without_address};
  const uint32_t turn = list.size() > 1 ? worker.next_address[target.host]++ : 0;
  co_return Destination{list[turn % list.size()].with_port(target.port), &target};
}

}  // namespace

async::Task<async::Result<Destination>> resolve(Journey& journey, Tried& tried) {
  const Targets& targets = journey.snapshot->targets->of(*journey.exchange.service);
  if (targets.balancing == nullptr) {
    auto resolving = resolve_host(journey, targets.list[0]);
    auto resolved = co_await resolving;
    co_return resolved;
  }
  // All of them are being asked for already: whichever is waited for, the others' answers come meanwhile.
  const std::vector<uint32_t> unresolved = balancer_of(journey, targets).unresolved();
  const uint64_t end_ms = journey.worker.loop.now_ms() + journey.exchange.service->connect_timeout_ms;
  async::Error last = no_peer();
  for (const uint32_t place : unresolved) {
    const uint64_t now_ms = journey.worker.loop.now_ms();
    const auto left_ms = static_cast<uint32_t>(end_ms > now_ms ? end_ms - now_ms : 0);
    auto resolving = journey.worker.resolver.resolve(targets.list[place].host, left_ms);
    auto addresses = co_await resolving;
    if (!addresses) {
      last = addresses.error();
      continue;
    }
    balancer_of(journey, targets).look_again();
    auto destination = choose_peer(journey, targets, tried);
    if (!destination || destination->resolved()) co_return destination;
  }
  co_return last;
}

}  // namespace proxy
