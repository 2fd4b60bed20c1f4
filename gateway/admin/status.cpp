// How the node is doing: counters, memory, readiness.

#include <fmt/format.h>
#include <unistd.h>

#include <cmath>

#include "gateway/admin/refusal.h"
#include "gateway/admin/resources.h"

namespace admin {

namespace {

struct Unit {
  double bytes = 1 << 20;
  const char* name = "MiB";
  int decimals = 2;

  std::string text(uint64_t amount) const { return fmt::format("\"{:.{}f} {}\"", static_cast<double>(amount) / bytes, decimals, name); }
};

bool parse_unit(const Request& request, Unit& unit, Answer& refusal) {
  if (const std::string* name = request.parameter("unit")) {
    if (*name == "b" || *name == "B") unit = {1, "B", 0};
    else if (*name == "k" || *name == "K") unit = {1 << 10, "KiB", unit.decimals};
    else if (*name == "g" || *name == "G") unit = {1 << 30, "GiB", unit.decimals};
    else if (*name != "m" && *name != "M") return refusal = message(400, "invalid unit '" + *name + "' (expected 'k/K', 'm/M', 'g/G' or 'b/B')"), false;
  }
  if (const std::string* scale = request.parameter("scale")) {
    const bool digits = !scale->empty() && scale->size() <= 2 && scale->find_first_not_of("0123456789") == std::string::npos;
    if (!digits) return refusal = message(400, "scale must be a number from 0 to 99"), false;
    unit.decimals = std::min(std::stoi(*scale), 20);
  }
  return true;
}

std::string memory_json(Node& node, const Unit& unit) {
  std::string dictionaries;
  for (const char* name : shared_dictionaries) {
    dictionaries += fmt::format("{}\"{}\":{{\"allocated_slabs\":{},\"capacity\":{}}}", dictionaries.empty() ? "" : ",", name, unit.text(0), unit.text(0));
  }
  return fmt::format("{{\"lua_shared_dicts\":{{{}}},\"workers_lua_vms\":[{{\"pid\":{},\"http_allocated_gc\":{}}}]}}", dictionaries, getpid(),
                     unit.text(node.resident_bytes()));
}

std::string server_json(const Connections& c) {
  return fmt::format(
      "{{\"connections_accepted\":{},\"connections_active\":{},\"connections_handled\":{},\"connections_reading\":{},\"connections_waiting\":{},"
      "\"connections_writing\":{},\"total_requests\":{}}}",
      c.accepted, c.active, c.handled, c.reading, c.waiting, c.writing, c.requests);
}

Answer status(Node& node, const Request& request) {
  Unit unit;
  Answer refusal;
  if (!parse_unit(request, unit, refusal)) return refusal;
  const auto config = node.config();
  std::string warnings;
  for (const std::string& warning : node.warnings()) warnings += (warnings.empty() ? "" : ",") + quoted(warning);
  // Only when there are any: a client of the original sees nothing new.
  if (!warnings.empty()) warnings = ",\"warnings\":[" + warnings + "]";
  if (const auto refused = node.last_refusal()) warnings += ",\"last_refused\":" + refused_json(*refused);
  std::string reason;
  if (!node.ready(reason)) warnings += ",\"not_ready\":" + quoted(reason);
  const std::string hash = config != nullptr ? config->hash : std::string(32, '0');
  return json(200, "{\"memory\":" + memory_json(node, unit) + ",\"server\":" + server_json(node.connections()) + ",\"configuration_hash\":" + quoted(hash) + warnings + "}");
}

// `status=draining` in a body of any kind or in the query.
bool asks_to_drain(const Request& request) {
  if (const std::string* status = request.parameter("status")) return *status == "draining";
  Pairs members;
  body_members(request, members);
  for (const auto& [name, value] : members) {
    if (name == "status") return value == "draining";
  }
  return false;
}

}  // namespace

void add_status(Routes& routes, Node& node) {
  routes.add("GET", "/status", [&node](const Request& request) { return status(node, request); });
  routes.add("GET", "/status/dns", [](const Request&) { return message(501, "not implemented with the legacy DNS client"); });
  routes.add("GET", "/metrics", [&node](const Request&) {
    Answer answer;
    answer.body = node.metrics();
    answer.content_type = "text/plain; charset=UTF-8";
    return answer;
  });
}

void add_readiness(Routes& routes, Node& node) {
  routes.add("GET", "/status/ready", [&node](const Request&) {
    std::string reason;
    return node.ready(reason) ? message(200, "ready") : message(503, reason);
  });
  routes.add("POST", "/status/ready", [&node](const Request& request) {
    if (!asks_to_drain(request)) return message(400, "expected status=draining");
    node.start_draining();
    return empty(204);
  });
}

}  // namespace admin
