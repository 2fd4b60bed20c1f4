#include "gateway/proxy/time_report.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "gateway/net/loop.h"

namespace proxy {

namespace {

using Json = nlohmann::ordered_json;
using http::Name;

bool is_loopback(std::string_view ip) {
  static const auto local = {*net::IpNetwork::parse("127.0.0.0/8"), *net::IpNetwork::parse("::1")};
  const auto address = net::IpAddress::parse(ip);
  return address &&
         std::ranges::any_of(local, [&](const net::IpNetwork& network) { return network.contains(*address); });
}

bool is_token(std::string_view shown, std::string_view wanted) {
  return !wanted.empty() && shown.size() == wanted.size() &&
         CRYPTO_memcmp(shown.data(), wanted.data(), wanted.size()) == 0;
}

// False: one is unknown.
bool read_phases(std::string_view text, std::vector<std::string>& phases) {
  static constexpr std::string_view known[] = {"rewrite",       "access",      "balancer", "response",
                                               "header_filter", "body_filter", "upstream", "log"};
  if (text == "*") return true;
  bool good = true;
  http::each_element(text, [&](std::string_view phase) {
    phases.emplace_back(phase);
    return good = std::ranges::find(known, phase) != std::end(known);
  });
  return good && !phases.empty();
}

double milliseconds(uint64_t us) { return std::round(static_cast<double>(us)) / 1000; }

// Adds a time to a node of the report and makes it when it is not there.
void add(Json& node, uint64_t us) { node["total_time"] = (node.is_null() ? 0.0 : node.value("total_time", 0.0)) + milliseconds(us); }

// JSON has no decimals that a sum of doubles could not spoil.
void round_times(Json& node) {
  for (const char* name : {"total_time", "total_time_without_upstream"})
    if (node.contains(name)) node[name] = std::round(node[name].get<double>() * 1000) / 1000;
  if (node.contains("child"))
    for (auto& [name, child] : node["child"].items()) round_times(child);
}

}  // namespace

TimeReport::TimeReport(const net::Loop& loop, std::vector<std::string> phases)
    : loop_(loop), phases_(std::move(phases)), begun_us_(loop.exact_us()) {}

std::unique_ptr<TimeReport> TimeReport::asked(plugins::Exchange& exchange, const Options& options,
                                              const net::Loop& loop) {
  http::Headers& headers = exchange.request.headers;
  std::vector<std::string> phases;
  const bool understood = read_phases(headers.get(Name::x_kong_request_debug), phases);
  // A balancer on this machine speaks for others: whom real_ip rules name must be here too.
  const bool may = (is_loopback(exchange.client.ip) && is_loopback(exchange.client.peer_ip)) ||
                   is_token(headers.get(Name::x_kong_request_debug_token), options.request_debug_token);
  headers.remove(Name::x_kong_request_debug);
  headers.remove(Name::x_kong_request_debug_token);
  if (!understood || !may) return nullptr;
  return std::unique_ptr<TimeReport>(new TimeReport(loop, std::move(phases)));
}

uint64_t TimeReport::now_us() { return loop_.exact_us(); }

void TimeReport::took(plugins::Hook hook, const schema::Plugin& plugin, uint64_t us) {
  hooks_.push_back({hook, &plugin, us});
}

bool TimeReport::wants(std::string_view phase) const {
  return phases_.empty() || std::ranges::find(phases_, phase) != phases_.end();
}

std::string TimeReport::text(const plugins::Exchange& exchange) {
  leave_access();
  Json phases = Json::object();
  const auto add_below = [&](std::string_view phase, std::string_view step, std::string_view detail, uint64_t us,
                             bool counts) {
    Json& top = phases[std::string(phase)];
    if (counts) add(top, us);
    Json& below = top["child"][std::string(step)];
    add(below, us);
    if (!detail.empty()) add(below["child"][std::string(detail)], us);
  };
  add(phases["access"], access_us_);
  uint64_t upstream_us = 0;
  for (const Step& step : steps_) {
    switch (step.part) {
      case Part::router:
        add_below("access", "router", {}, step.us, false);
        break;
      case Part::dns:
        add_below("balancer", "dns", step.detail, step.us, true);
        break;
      case Part::connect:
        add_below("balancer", "connect", step.detail, step.us, true);
        break;
      case Part::tls:
        add_below("balancer", "tls", step.detail, step.us, true);
        break;
      case Part::first_byte:
        add_below("upstream", "time_to_first_byte", step.detail, step.us, true);
        break;
    }
  }
  for (const Step& step : steps_)
    if (step.part == Part::first_byte) upstream_us += step.us;
  for (const HookTime& time : hooks_) {
    Json& phase = phases[time.hook == plugins::hook_request ? "access" : "header_filter"];
    if (time.hook != plugins::hook_request) add(phase, time.us);
    Json& all = phase["child"]["plugins"];
    add(all, time.us);
    Json& plugin = all["child"][std::string(time.plugin->name)];
    add(plugin, time.us);
    add(plugin["child"][std::string(time.plugin->id)], time.us);
  }
  const uint64_t total_us = now_us() - begun_us_;
  Json report{{"request_id", exchange.request_id}, {"child", Json::object()}};
  for (auto& [phase, times] : phases.items())
    if (wants(phase)) report["child"][phase] = std::move(times);
  report["total_time"] = milliseconds(total_us);
  report["total_time_without_upstream"] = milliseconds(total_us - std::min(total_us, upstream_us));
  round_times(report);
  return report.dump(-1, ' ', true, Json::error_handler_t::replace);
}

}  // namespace proxy
