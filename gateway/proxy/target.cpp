#include "gateway/proxy/target.h"

namespace proxy {

namespace {

// The turns of an upstream as this worker knows them; started anew when its targets changed. One that was taken out has no weight.
balancing::RoundRobin& turns_of(Worker& worker, uint64_t generation, const schema::Upstream& upstream) {
  auto known = worker.turns.find(upstream.id);
  if (known == worker.turns.end()) known = worker.turns.emplace(upstream.id, Turns{}).first;
  Turns& turns = known->second;
  const uint64_t marks_version = worker.marks == nullptr ? 0 : worker.marks->version();
  if (!turns.signature.empty() && turns.generation == generation && turns.marks_version == marks_version) return turns.order;
  std::string signature;
  std::vector<uint32_t> weights;
  for (const schema::Target& target : upstream.targets) {
    const bool out = worker.marks != nullptr && worker.marks->is_out(upstream.id, target.target);
    weights.push_back(out ? 0 : target.weight);
    signature.append(target.target).append("=").append(std::to_string(weights.back())).append(",");
  }
  if (turns.signature != signature) turns.order = balancing::RoundRobin(std::move(weights));
  turns.signature = std::move(signature);
  turns.generation = generation;
  turns.marks_version = marks_version;
  return turns.order;
}

}  // namespace

async::Result<Destination> choose_target(Journey& journey, Tried& tried) {
  const schema::Service& service = *journey.exchange.service;
  Worker& worker = journey.worker;
  const Targets& targets = journey.snapshot->targets->of(service);
  size_t index = 0;
  if (targets.upstream != nullptr) {
    tried.targets.resize(targets.list.size());
    auto picked = turns_of(worker, journey.snapshot->generation, *targets.upstream).pick(tried.targets);
    if (!picked) return async::Error{.side = async::Side::upstream, .what = "no peer"};
    index = *picked;
    tried.targets[index] = true;
    tried.last = index;
  }
  Destination destination;
  destination.target = &targets.list[index];
  destination.address = destination.target->literal;
  return destination;
}

async::Task<async::Result<Destination>> resolve(Journey& journey, const Target& target) {
  Worker& worker = journey.worker;
  auto resolving = worker.resolver.resolve(target.host, journey.exchange.service->connect_timeout_ms);
  auto addresses = co_await resolving;
  if (!addresses) co_return addresses.error();
  const std::vector<net::Address>& list = addresses->addresses;
  if (list.empty()) co_return async::Error{.side = async::Side::upstream, .what = "no address"};
  const uint32_t turn = list.size() > 1 ? worker.next_address[target.host]++ : 0;
  Destination destination;
  destination.target = &target;
  destination.address = list[turn % list.size()].with_port(target.port);
  co_return destination;
}

}  // namespace proxy
