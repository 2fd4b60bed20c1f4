#pragma once
// Config becomes Snapshot: the router compiled, the chains resolved, everything that can be wrong found before traffic sees it.

#include <memory>
#include <string>
#include <vector>

#include "gateway/balancing/load.h"
#include "gateway/balancing/target_marks.h"
#include "gateway/observe/log.h"
#include "gateway/observe/log_files.h"
#include "gateway/observe/metrics.h"
#include "gateway/plugins/rate_counters.h"
#include "gateway/proxy/snapshot.h"
#include "gateway/runtime/settings.h"
#include "schema/config.h"

namespace runtime {

// What outlives every snapshot.
struct NodeState {
  plugins::RateCounters counters;
  observe::Metrics metrics;
  observe::LogFiles log_files;
  balancing::TargetMarks marks;
  balancing::Loads loads;
  observe::Log* log = nullptr;  // for plugins; nullptr: nothing is served
  std::shared_ptr<const void> snapshots = std::make_shared<char>();  // see Snapshot::counted
};

// nullptr with errors among the `problems` when a plugin or a route cannot be compiled; with unknown_plugins = skip a plugin that cannot is left
// out with a warning. Runs on the caller's thread, never a worker's.
std::shared_ptr<const proxy::Snapshot> compile(std::shared_ptr<const schema::Config> config, const Settings& settings, NodeState& state,
                                               uint64_t generation, std::string_view node_id, schema::Problems& problems);

}  // namespace runtime
