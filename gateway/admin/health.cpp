// Health of targets: what the balancer thinks of them, and how people overrule it.

#include <arpa/inet.h>

#include <algorithm>

#include "gateway/admin/resources.h"
#include "schema/dump.h"

namespace admin {

namespace {

const schema::Upstream* find_upstream(const schema::Config& config, std::string_view id_or_name) {
  const auto found = std::find_if(config.upstreams.begin(), config.upstreams.end(),
                                  [&](const schema::Upstream& upstream) { return upstream.id == id_or_name || upstream.name == id_or_name; });
  return found == config.upstreams.end() ? nullptr : &*found;
}

struct Weight {
  uint64_t total = 0, available = 0;

  void add(uint64_t weight, bool usable) {
    total += weight;
    available += usable ? weight : 0;
  }
  std::string json() const {
    return "{\"total\":" + std::to_string(total) + ",\"available\":" + std::to_string(available) + ",\"unavailable\":" + std::to_string(total - available) + "}";
  }
};

bool usable(std::string_view health) { return health == "HEALTHY" || health == "HEALTHCHECKS_OFF"; }

bool is_address(const std::string& host) {
  unsigned char bytes[16];
  return inet_pton(AF_INET, host.c_str(), bytes) == 1 || inet_pton(AF_INET6, host.c_str(), bytes) == 1;
}

// "host:port" or "[v6]:port".
std::pair<std::string, std::string> host_and_port(std::string_view target) {
  const size_t colon = target.rfind(':');
  std::string host(target.substr(0, colon)), port(colon == target.npos ? std::string_view("0") : target.substr(colon + 1));
  if (host.size() > 1 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  return {host, port};
}

// The balancer knows no addresses of a target that was not used yet; one that is an address is its own.
std::vector<Address> addresses_of(const TargetHealth& target, const std::string& host, const std::string& port) {
  if (!target.addresses.empty() || !is_address(host)) return target.addresses;
  return {{host, static_cast<uint16_t>(std::strtoul(port.c_str(), nullptr, 10)), target.target->weight, target.health}};
}

std::string host_json(const TargetHealth& target, Weight& sum) {
  const auto [host, port] = host_and_port(target.target->target);
  Weight own;
  std::string addresses;
  for (const Address& address : addresses_of(target, host, port)) {
    own.add(address.weight, usable(address.health));
    addresses += (addresses.empty() ? "" : ",") + std::string("{\"ip\":") + quoted(address.ip) + ",\"port\":" + std::to_string(address.port) +
                 ",\"weight\":" + std::to_string(address.weight) + ",\"health\":" + quoted(address.health) + "}";
  }
  sum.add(own.total, true);
  sum.available -= own.total - own.available;
  return "{\"host\":" + quoted(host) + ",\"port\":" + port + ",\"dns\":\"A\",\"nodeWeight\":" + std::to_string(target.target->weight) +
         ",\"weight\":" + own.json() + ",\"addresses\":[" + addresses + "]}";
}

std::string target_json(const TargetHealth& target) {
  Weight unused;
  std::string entity = schema::to_json(*target.target->entity);
  entity.pop_back();
  return entity + ",\"health\":" + quoted(target.health) + ",\"data\":" + host_json(target, unused) + "}";
}

// The upstream as a whole: healthy while any of its weight can be used.
std::string balancer_json(const schema::Upstream& upstream, const std::vector<TargetHealth>& targets) {
  Weight sum;
  std::string hosts;
  bool off = !targets.empty();
  for (const TargetHealth& target : targets) {
    hosts += (hosts.empty() ? "" : ",") + host_json(target, sum);
    off = off && target.health == "HEALTHCHECKS_OFF";
  }
  const bool healthy = off || sum.available > 0;
  const std::string word = off ? "HEALTHCHECKS_OFF" : healthy ? "HEALTHY" : "UNHEALTHY";
  return "{\"id\":" + quoted(upstream.id) + ",\"health\":" + quoted(word) + ",\"balancer_health\":" + quoted(word) +
         ",\"details\":{\"healthy\":" + (healthy ? "true" : "false") + ",\"weight\":" + sum.json() + ",\"hosts\":[" + hosts + "]}}";
}

Answer show(Node& node, const Request& request) {
  const auto config = node.config();
  const schema::Upstream* upstream = find_upstream(*config, request.captures[0]);
  if (upstream == nullptr) return message(404, "Not found");
  const auto targets = node.health(*upstream);
  const std::string end = ",\"next\":null,\"node_id\":" + quoted(node.node_id()) + "}";
  const std::string* whole = request.parameter("balancer_health");
  if (whole != nullptr && truthy(*whole)) return json(200, "{\"data\":" + balancer_json(*upstream, targets) + end);
  std::string data;
  for (const TargetHealth& target : targets) data += (data.empty() ? "" : ",") + target_json(target);
  return json(200, "{\"data\":[" + data + "]" + end);
}

Answer set(Node& node, const Request& request, bool healthy) {
  const auto config = node.config();
  const schema::Upstream* upstream = find_upstream(*config, request.captures[0]);
  const std::string_view address = request.captures.size() > 2 ? std::string_view(request.captures[2]) : std::string_view();
  if (upstream == nullptr || !node.set_health(*upstream, request.captures[1], address, healthy)) return message(404, "Not found");
  return empty(204);
}

}  // namespace

void add_health(Routes& routes, Node& node, bool writable) {
  routes.add("GET", "/upstreams/{upstreams}/health", [&node](const Request& request) { return show(node, request); });
  if (!writable) return;
  const std::string target = "/upstreams/{upstreams}/targets/{targets}";
  for (const std::string& path : {target, target + "/{address}"}) {
    routes.add("PUT", path + "/healthy", [&node](const Request& request) { return set(node, request, true); });
    routes.add("PUT", path + "/unhealthy", [&node](const Request& request) { return set(node, request, false); });
  }
}

}  // namespace admin
