#include "gateway/proxy/target.h"

#include <charconv>

namespace proxy {

namespace {

// The turns of an upstream as this worker knows them; started anew when its targets changed. One that was taken out has no weight.
balancing::RoundRobin& turns_of(Worker& worker, uint64_t generation, const schema::Upstream& upstream) {
  Turns& turns = worker.turns[std::string(upstream.id)];
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

// "host:port" or "[v6]:port"; a target without a port has the documented 8000.
void split(std::string_view target, std::string& host, uint16_t& port) {
  size_t colon = target.rfind(':');
  port = 8000;
  if (colon != std::string_view::npos && (target.find(':') == colon || target[colon - 1] == ']')) {
    std::from_chars(target.data() + colon + 1, target.data() + target.size(), port);
    target = target.substr(0, colon);
  }
  if (target.size() > 2 && target.front() == '[') target = target.substr(1, target.size() - 2);
  host = target;
}

}  // namespace

async::Task<async::Result<Destination>> choose_target(Journey& journey, Tried& tried) {
  const schema::Service& service = *journey.exchange.service;
  Worker& worker = journey.worker;
  Destination destination;
  destination.host = service.host;
  destination.port = service.port;
  auto balanced = journey.snapshot->upstreams.find(service.host);
  if (balanced != journey.snapshot->upstreams.end()) {
    const schema::Upstream& upstream = *balanced->second;
    tried.targets.resize(upstream.targets.size());
    auto picked = turns_of(worker, journey.snapshot->generation, upstream).pick(tried.targets);
    if (!picked) co_return async::Error{.side = async::Side::upstream, .what = "no peer"};
    tried.targets[*picked] = true;
    tried.last = *picked;
    split(upstream.targets[*picked].target, destination.host, destination.port);
    destination.host_header = upstream.host_header;
  } else if (destination.host.size() > 2 && destination.host.front() == '[') {
    destination.host = destination.host.substr(1, destination.host.size() - 2);
  }
  auto resolving = worker.resolver.resolve(destination.host, service.connect_timeout_ms);
  auto addresses = co_await resolving;
  if (!addresses) co_return addresses.error();
  const std::vector<net::Address>& list = addresses->addresses;
  if (list.empty()) co_return async::Error{.side = async::Side::upstream, .what = "no address"};
  const uint32_t turn = list.size() > 1 ? worker.next_address[destination.host]++ : 0;
  destination.address = list[turn % list.size()].with_port(destination.port);
  co_return destination;
}

}  // namespace proxy
