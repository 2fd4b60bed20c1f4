#include "gateway/plugins/prometheus.h"

#include <algorithm>
#include <array>
#include <atomic>

#include "gateway/observe/metrics.h"
#include "gateway/plugins/access_record.h"
#include "gateway/plugins/settings.h"

namespace plugins {
namespace {

constexpr std::array<uint32_t, 17> gateway_bounds_ms = {1, 2, 5, 7, 10, 15, 20, 30, 50, 75, 100, 200, 500, 750, 1000, 3000, 6000};
constexpr std::array<uint32_t, 13> upstream_bounds_ms = {25, 50, 80, 100, 250, 400, 700, 1000, 2000, 5000, 10000, 30000, 60000};
constexpr std::string_view workspace = "default";

// The handles of one (route, service, consumer, code, source): found once, then kept by each thread.
struct Series {
  observe::Counter requests, ingress, egress;
  observe::Histogram gateway_ms, upstream_ms, request_ms;
};

struct Key {
  uint64_t instance = 0;  // tells plugin objects apart for ever: pointers of a dead snapshot can come back
  const schema::Route* route = nullptr;
  const schema::Service* service = nullptr;
  const schema::Consumer* consumer = nullptr;
  int code = 0;
  bool from_service = false;
  bool operator==(const Key&) const = default;

  size_t hash() const {
    uint64_t mixed = instance;
    for (uint64_t part : {reinterpret_cast<uint64_t>(route), reinterpret_cast<uint64_t>(service), reinterpret_cast<uint64_t>(consumer),
                          static_cast<uint64_t>(code) * 2 + from_service}) {
      mixed = (mixed ^ part) * 0x9e3779b97f4a7c15u;
      mixed ^= mixed >> 32;
    }
    return mixed;
  }
};

// Direct-mapped: bounded by its size, a collision only costs a look-up in the registry.
struct SeriesCache {
  static constexpr size_t entries = 2048;
  std::vector<std::pair<Key, Series>> slots = std::vector<std::pair<Key, Series>>(entries);
};

uint64_t next_instance() {
  static std::atomic<uint64_t> instances{0};
  return ++instances;
}

class Prometheus final : public Plugin {
 public:
  Prometheus(const schema::Plugin& plugin, Building& building) : metrics_(building.metrics), instance_(next_instance()) {
    const schema::Reader& config = plugin.config;
    per_consumer_ = config.boolean("per_consumer");
    status_codes_ = config.boolean("status_code_metrics");
    latencies_ = config.boolean("latency_metrics");
    bandwidth_ = config.boolean("bandwidth_metrics");
    declare();
  }

  void on_finish(const Exchange& exchange) const override {
    if (exchange.route == nullptr || (!status_codes_ && !latencies_ && !bandwidth_)) return;
    const Series& series = series_of(exchange);
    if (status_codes_) series.requests.add();
    if (bandwidth_) {
      if (exchange.request_bytes > 0) series.ingress.add(exchange.request_bytes);
      if (exchange.response_bytes > 0) series.egress.add(exchange.response_bytes);
    }
    if (latencies_) {
      Latencies latencies = latencies_of(exchange);
      series.request_ms.observe(static_cast<uint64_t>(latencies.request));
      series.gateway_ms.observe(static_cast<uint64_t>(latencies.gateway));
      if (latencies.proxy >= 0) series.upstream_ms.observe(static_cast<uint64_t>(latencies.proxy));
    }
  }

 private:
  void declare() {
    requests_ = metrics_.counters("kong_http_requests_total", "HTTP status codes per consumer/service/route in Kong",
                                  {"service", "route", "code", "source", "workspace", "consumer"});
    bandwidth_bytes_ = metrics_.counters("kong_bandwidth_bytes", "Total bandwidth (ingress/egress) throughput in bytes",
                                         {"service", "route", "direction", "workspace", "consumer"});
    gateway_ms_ = metrics_.histograms("kong_kong_latency_ms", "Latency added by Kong and enabled plugins for each service/route in Kong",
                                      {"service", "route", "workspace"}, gateway_bounds_ms);
    upstream_ms_ = metrics_.histograms("kong_upstream_latency_ms", "Latency added by upstream response for each service/route in Kong",
                                       {"service", "route", "workspace"}, upstream_bounds_ms);
    request_ms_ = metrics_.histograms("kong_request_latency_ms", "Total latency incurred during requests for each service/route in Kong",
                                      {"service", "route", "workspace"}, upstream_bounds_ms);
  }

  const Series& series_of(const Exchange& exchange) const {
    thread_local SeriesCache cache;
    Key key{instance_, exchange.route, exchange.service, per_consumer_ ? exchange.consumer : nullptr, exchange.response.status,
            exchange.origin == Origin::upstream};
    auto& slot = cache.slots[key.hash() % SeriesCache::entries];
    if (slot.first != key) slot = {key, look_up(key)};
    return slot.second;
  }

  Series look_up(const Key& key) const {
    std::string_view service = key.service == nullptr ? "" : key.service->name.empty() ? key.service->host : key.service->name;
    std::string_view route = key.route->name.empty() ? key.route->id : key.route->name;
    std::string_view consumer;
    if (key.consumer != nullptr) consumer = key.consumer->username.empty() ? key.consumer->custom_id : key.consumer->username;
    Series series;
    if (status_codes_) {
      std::string_view source = key.from_service ? "service" : "kong";
      series.requests = metrics_.counter(requests_, {service, route, std::to_string(key.code), source, workspace, consumer});
    }
    if (bandwidth_) {
      series.ingress = metrics_.counter(bandwidth_bytes_, {service, route, "ingress", workspace, consumer});
      series.egress = metrics_.counter(bandwidth_bytes_, {service, route, "egress", workspace, consumer});
    }
    if (latencies_) {
      series.gateway_ms = metrics_.histogram(gateway_ms_, {service, route, workspace});
      series.upstream_ms = metrics_.histogram(upstream_ms_, {service, route, workspace});
      series.request_ms = metrics_.histogram(request_ms_, {service, route, workspace});
    }
    return series;
  }

  observe::Metrics& metrics_;
  const uint64_t instance_;
  bool per_consumer_ = false, status_codes_ = false, latencies_ = false, bandwidth_ = false;
  observe::Metrics::Family* requests_ = nullptr;
  observe::Metrics::Family* bandwidth_bytes_ = nullptr;
  observe::Metrics::Family* gateway_ms_ = nullptr;
  observe::Metrics::Family* upstream_ms_ = nullptr;
  observe::Metrics::Family* request_ms_ = nullptr;
};

}  // namespace

std::unique_ptr<Plugin> make_prometheus(const schema::Plugin& plugin, Building& building) {
  return std::make_unique<Prometheus>(plugin, building);
}

bool wants_upstream_health(const schema::Config& config) {
  return std::ranges::any_of(config.plugins, [](const schema::Plugin& plugin) {
    return plugin.name == "prometheus" && plugin.enabled && plugin.config.boolean("upstream_health_metrics");
  });
}

}  // namespace plugins
