#pragma once
// What the Admin API may ask of the node it speaks for. The runtime implements it; calls come from the API's threads.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/admin/generation.h"
#include "gateway/plugins/spoken_version.h"
#include "schema/config.h"

namespace admin {

using plugins::spoken_version;

struct Connections {
  uint64_t accepted = 0, active = 0, handled = 0, reading = 0, writing = 0, waiting = 0, requests = 0;
};

struct Address {
  std::string ip;
  uint16_t port = 0;
  uint32_t weight = 0;
  std::string health;  // HEALTHY, UNHEALTHY, HEALTHCHECKS_OFF, DNS_ERROR
};

struct TargetHealth {
  const schema::Target* target = nullptr;
  std::string health;
  std::vector<Address> addresses;
};

struct LoadOrder {
  std::vector<schema::Source> sources;
  bool dry_run = false;
  Provenance provenance;
  uint32_t confirm_within_s = 0;  // unless confirmed by then, the one before comes back; 0: it stays
};

// Why something was not done although the configuration itself is good; `status` as HTTP has it, 0: nothing is wrong.
struct Fault {
  int status = 0;
  std::string what;
};

struct LoadOutcome {
  bool loaded = false;
  std::shared_ptr<const schema::Config> config;  // of a loaded one
  schema::Problems problems;
  schema::Document document;                     // of a refused one: places and tags for the error answer
  Fault fault;
  Generation generation;                         // of a loaded one
};

// What is served, and since when.
struct Standing {
  Generation serving;
  int64_t loaded_at_s = 0;
  uint64_t loads = 0, refusals = 0;  // since the start, without dry runs
  bool kept = false;                 // configurations are kept on disk
  uint64_t waiting_s = 0;            // the serving one goes away then unless confirmed; 0: it stays
  bool waiting = false;
};

// The last configuration that was refused, until another one is accepted.
struct Refusal {
  int64_t at_s = 0;         // seconds since 1970
  std::string source;       // the file, or "config" for POST /config
  std::string first;        // the first problem, with its place
  size_t problems = 0;
};

// Names of memory zones that dashboards ask for; this process has none, so all are told as empty.
inline constexpr const char* shared_dictionaries[] = {"kong",
                                                      "kong_cluster_events",
                                                      "kong_core_db_cache",
                                                      "kong_core_db_cache_miss",
                                                      "kong_db_cache",
                                                      "kong_db_cache_miss",
                                                      "kong_healthchecks",
                                                      "kong_locks",
                                                      "kong_rate_limiting_counters",
                                                      "kong_secrets",
                                                      "prometheus_metrics"};

// shared_ptr: the API's threads read a configuration while a reload replaces it.
class Node {
 public:
  virtual ~Node() = default;
  virtual std::shared_ptr<const schema::Config> config() = 0;
  // Validates, compiles, keeps, publishes to every worker and waits until they have it; one at a time. Nothing changes when refused.
  virtual LoadOutcome load(LoadOrder order) = 0;
  // Serves what an earlier generation held; 0: what was served before this one. That makes a new generation.
  virtual LoadOutcome roll_back(uint64_t number, Provenance by) = 0;
  // The waiting configuration stays. `hash`: only if it is that one; empty: whichever.
  virtual Fault confirm(std::string_view hash) = 0;
  virtual Standing standing() = 0;
  virtual std::vector<Generation> generations() = 0;  // by number
  virtual bool loading() = 0;                     // another load runs: 429
  virtual bool ready(std::string& reason) = 0;    // false: `reason` says why
  virtual void start_draining() = 0;
  virtual Connections connections() = 0;
  virtual uint64_t resident_bytes() = 0;          // memory of the process
  virtual std::vector<TargetHealth> health(const schema::Upstream& upstream) = 0;
  // False when there is no such target or address.
  virtual bool set_health(const schema::Upstream&, std::string_view target, std::string_view address, bool healthy) = 0;
  virtual std::string metrics() = 0;              // Prometheus text
  virtual std::vector<std::string> warnings() = 0;  // of the settings and of the last load: skipped plugins, deprecated fields
  virtual std::optional<Refusal> last_refusal() = 0;
  virtual std::vector<std::pair<std::string, std::string>> settings() = 0;  // name -> value, secrets masked
  virtual bool offers(std::string_view plugin) = 0;                         // its settings let a configuration name it
  virtual std::string node_id() = 0;
};

}  // namespace admin
