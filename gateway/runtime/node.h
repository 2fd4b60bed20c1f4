#pragma once
// The running node: its workers, the configuration they serve, and how another one takes its place. Loads come from the Admin API's threads and
// from SIGHUP; they run one at a time, on the thread that asks, and end on all workers or nowhere.

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "gateway/admin/node.h"
#include "gateway/observe/log.h"
#include "gateway/runtime/compile.h"
#include "gateway/runtime/settings.h"
#include "gateway/runtime/worker_thread.h"

namespace runtime {

class Node final : public admin::Node {
 public:
  Node(const Settings& settings, observe::Log& log, net::Loop& control);
  ~Node() override;

  // Loads the first configuration and starts the workers. False: everything that is wrong has been logged.
  bool start();
  // Reads the configuration file again. A refused one changes nothing and is logged.
  void reload();
  void reopen_logs();
  // Announces the end: not ready any more, answers ask clients to close.
  void start_draining() override;
  void close_listeners();
  // Requests that are being served.
  uint64_t in_flight();
  void stop();

  std::shared_ptr<const schema::Config> config() override;
  admin::LoadOutcome load(std::vector<schema::Source> sources, bool dry_run) override;
  bool loading() override { return loading_; }
  bool ready(std::string& reason) override;
  admin::Connections connections() override;
  uint64_t resident_bytes() override;
  std::vector<admin::TargetHealth> health(const schema::Upstream& upstream) override;
  bool set_health(const schema::Upstream&, std::string_view target, std::string_view address, bool healthy) override;
  std::string metrics() override { return state_.metrics.text(); }
  std::vector<std::string> warnings() override;
  std::optional<admin::Refusal> last_refusal() override;
  // Configurations since the start, without dry runs.
  uint64_t loaded_count() const { return loaded_count_.load(std::memory_order_relaxed); }
  uint64_t refused_count() const { return refused_count_.load(std::memory_order_relaxed); }
  std::vector<std::pair<std::string, std::string>> settings() override { return settings_.listing; }
  std::string node_id() override { return node_id_; }
  const std::vector<Listen>& proxy_listens() const { return listens_; }

 private:
  bool start_workers(std::shared_ptr<const proxy::Snapshot> first);
  std::vector<schema::Source> configured_sources(schema::Problems& problems) const;
  void report(const schema::Problems& problems, const schema::Document& document, std::string_view head);
  void publish(const std::shared_ptr<const proxy::Snapshot>& snapshot);
  void note_refusal(std::string source, const schema::Problems& problems, const schema::Document& document);
  void adopt(const admin::LoadOutcome& outcome);
  schema::LoadOptions load_options() const;

  const Settings& settings_;
  observe::Log& log_;
  net::Loop& control_;
  std::string node_id_;
  NodeState state_;
  proxy::Options options_;
  std::unique_ptr<net::TlsContext> server_tls_, upstream_tls_;
  std::vector<Listen> listens_;
  std::vector<std::unique_ptr<WorkerThread>> workers_;

  std::mutex load_mutex_;              // one load at a time
  std::atomic<bool> loading_{false}, draining_{false};
  uint64_t generation_ = 0;            // guarded by load_mutex_
  std::atomic<uint64_t> loaded_count_{0}, refused_count_{0};
  std::mutex config_mutex_;            // guards the three below
  std::shared_ptr<const schema::Config> config_;
  std::vector<std::string> warnings_;
  std::optional<admin::Refusal> refusal_;
};

}  // namespace runtime
