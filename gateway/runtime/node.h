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
#include "gateway/runtime/generations.h"
#include "gateway/runtime/settings.h"
#include "gateway/runtime/worker_thread.h"

namespace runtime {

class Node final : public admin::Node {
 public:
  Node(const Settings& settings, observe::Log& log, net::Loop& control);
  ~Node() override;

  // Loads the first configuration and starts the workers. False: everything that is wrong has been logged.
  bool start();
  // Reads the configuration file again; one that has not changed since does not replace what came later and is kept. A refused one changes
  // nothing and is logged.
  void reload();
  void reopen_logs();
  observe::LogFiles& log_files() { return state_.log_files; }
  // Announces the end: not ready any more, answers ask clients to close.
  void start_draining() override;
  void close_listeners();
  // After close_listeners: no client is left.
  bool drained() const;
  // For the log, when a drain ends without that.
  uint64_t connections_left() const { return connection_limit_.taken(); }
  void stop();

  std::shared_ptr<const schema::Config> config() override;
  admin::LoadOutcome load(admin::LoadOrder order) override;
  admin::LoadOutcome roll_back(uint64_t number, admin::Provenance by) override;
  admin::Fault confirm(std::string_view hash) override;
  admin::Standing standing() override;
  std::vector<admin::Generation> generations() override;
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
  // Configurations in memory: the running one, and older ones that requests still use.
  uint64_t live_count() const { return static_cast<uint64_t>(state_.snapshots.use_count()) - 1; }
  std::vector<std::pair<std::string, std::string>> settings() override { return settings_.listing; }
  bool offers(std::string_view plugin) override { return schema::may_name(settings_.plugins, plugin); }
  std::string node_id() override { return node_id_; }
  uint64_t turned_away() const;  // connections over the limit
  const std::vector<Listen>& proxy_listens() const { return listens_; }

 private:
  using Sources = std::vector<schema::Source>;
  // A configuration on its way: accepted, or not.
  struct Candidate {
    admin::LoadOutcome outcome;
    std::shared_ptr<const proxy::Snapshot> snapshot;  // nullptr: refused, and that has been noted
  };
  enum class Keep {
    surely,    // or it is refused
    if_can_be, // serving it is more important
    as_it_is,  // it is kept already, or nothing is to be kept
  };
  // Until it is confirmed.
  struct Waiting {
    uint64_t until_ms = 0;                         // by the monotonic clock
    admin::Generation before;
    std::shared_ptr<const schema::Config> config;  // what was served before; nullptr after a restart
  };

  bool start_workers(std::shared_ptr<const proxy::Snapshot> first);
  bool prepare(std::vector<std::string>& errors);
  void report(const schema::Problems& problems, const schema::Document& document, std::string_view head);
  void publish(const std::shared_ptr<const proxy::Snapshot>& snapshot);

  // All below with load_mutex_ held.
  Candidate build(Sources sources, bool dry_run);
  bool make_snapshot(Candidate& candidate);
  admin::LoadOutcome serve(Candidate candidate, admin::Generation next, const Sources& sources, Keep keep, std::string keep_warning = {});
  admin::LoadOutcome take(Sources sources, admin::Generation next, Keep keep);
  DiskFault remember(admin::Generation& next, const Sources& sources);
  void adopt(const admin::LoadOutcome& outcome);
  void note_refusal(std::string source, std::string first, size_t problems);
  void note_refusal(std::string source, const schema::Problems& problems, const schema::Document& document);

  bool has_file() const;
  Sources configured_sources(schema::Problems& problems) const;
  bool load_first();
  bool load_file(Sources sources, std::string digest, Keep keep);
  bool load_kept(uint64_t number);
  bool load_any_kept();
  admin::Generation repeating(const admin::Generation& earlier, admin::Origin origin, admin::Provenance by) const;
  admin::LoadOutcome go_back(admin::Origin origin, admin::Provenance by);
  void wait_for_confirmation(Waiting waiting);
  static void look_for_confirmation(void* self);
  void trust_authorities(std::vector<std::string>& errors);

  const Settings& settings_;
  observe::Log& log_;
  net::Loop& control_;
  std::string node_id_;
  proxy::ConnectionLimit connection_limit_;
  NodeState state_;
  proxy::Options options_;
  std::unique_ptr<net::TlsContext> server_tls_, upstream_tls_;
  std::vector<Listen> listens_;
  std::vector<std::unique_ptr<WorkerThread>> workers_;

  std::mutex load_mutex_;              // one load at a time
  std::atomic<bool> loading_{false}, draining_{false};
  uint64_t snapshots_ = 0;             // these are guarded by load_mutex_
  SystemDisk disk_;
  std::unique_ptr<Generations> generations_;  // nullptr: data_dir is not set
  std::string file_digest_;                   // of the configuration file that was accepted last
  net::Timer confirm_timer_{&Node::look_for_confirmation, this};  // used on the control thread
  std::string keep_warning_;                  // why the serving one is not on disk
  bool cannot_listen_ = false;                // no other configuration would help
  net::SystemClock clock_;

  std::atomic<uint64_t> loaded_count_{0}, refused_count_{0};
  std::mutex config_mutex_;            // guards those below; they are changed with load_mutex_ held as well
  std::shared_ptr<const schema::Config> config_;
  admin::Generation serving_;
  int64_t loaded_at_s_ = 0;
  std::optional<Waiting> waiting_;
  std::vector<std::string> warnings_;
  std::optional<admin::Refusal> refusal_;
};

}  // namespace runtime
