// What the node answers when the Admin API asks how it is doing.

#include <arpa/inet.h>
#include <unistd.h>

#include <fstream>

#include "gateway/runtime/node.h"
#include "schema/masked.h"

namespace runtime {

namespace {

// A target that is an address is its own only address; of a name nothing is known before a request asks for it.
bool is_own_address(std::string_view target, std::string_view address) { return address.empty() || address == target; }

}  // namespace

std::shared_ptr<const schema::Config> Node::config() {
  std::scoped_lock guard(config_mutex_);
  return config_;
}

std::vector<std::string> Node::warnings() {
  std::scoped_lock guard(config_mutex_);
  std::vector<std::string> all = settings_.warnings;
  all.insert(all.end(), warnings_.begin(), warnings_.end());
  return all;
}

std::optional<admin::Refusal> Node::last_refusal() {
  std::scoped_lock guard(config_mutex_);
  return refusal_;
}

bool Node::ready(std::string& reason) {
  if (draining_) {
    reason = "draining";
    return false;
  }
  auto current = config();
  if (current == nullptr || current->entities.empty()) {
    reason = "no configuration available (empty configuration present)";
    return false;
  }
  return true;
}

admin::Connections Node::connections() {
  admin::Connections sum;
  for (auto& worker : workers_) {
    const proxy::Counters& counters = *worker->counters();
    sum.accepted += counters.accepted.load(std::memory_order_relaxed);
    sum.active += counters.active.load(std::memory_order_relaxed);
    sum.reading += counters.reading.load(std::memory_order_relaxed);
    sum.writing += counters.writing.load(std::memory_order_relaxed);
    sum.requests += counters.requests.load(std::memory_order_relaxed);
  }
  sum.handled = sum.accepted - turned_away();
  const uint64_t busy = sum.reading + sum.writing;
  sum.waiting = sum.active > busy ? sum.active - busy : 0;
  return sum;
}

uint64_t Node::turned_away() const {
  uint64_t count = 0;
  for (auto& worker : workers_) count += worker->counters()->turned_away.load(std::memory_order_relaxed);
  return count;
}

uint64_t Node::resident_bytes() {
  std::ifstream file("/proc/self/statm");
  uint64_t total_pages = 0, resident_pages = 0;
  file >> total_pages >> resident_pages;
  return resident_pages * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
}

// No checks run, so a target is in service unless somebody took it out.
std::vector<admin::TargetHealth> Node::health(const schema::Upstream& upstream) {
  std::vector<admin::TargetHealth> all;
  for (const schema::Target& target : upstream.targets)
    all.push_back({&target, state_.marks.is_out(upstream.id, target.target) ? "UNHEALTHY" : "HEALTHCHECKS_OFF", {}});
  return all;
}

bool Node::set_health(const schema::Upstream& upstream, std::string_view target, std::string_view address, bool healthy) {
  for (const schema::Target& one : upstream.targets) {
    if ((one.target != target && one.id != target) || !is_own_address(one.target, address)) continue;
    state_.marks.set(upstream.id, one.target, healthy);
    log_.print(observe::Level::notice, "upstream {}: target {} set {} by the Admin API", schema::shown_field(upstream.entity, "name", upstream.name),
               schema::shown_field(one.entity, "target", one.target), healthy ? "healthy" : "unhealthy");
    return true;
  }
  return false;
}

}  // namespace runtime
