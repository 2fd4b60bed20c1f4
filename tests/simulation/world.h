#pragma once
// One run: a node in memory, its scripted peers, and the time that passes only when nothing else can happen.

#include <fmt/format.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/simulation/records.h"
#include "tests/simulation/script.h"
#include "tests/unit/proxy/memory_node.h"

namespace simulation {

struct ServiceFacts {
  uint32_t retries;
  bool buffered;  // the request's body is taken into memory first, as far as it may be
};
inline constexpr ServiceFacts services[] = {{5, true}, {1, false}, {0, true},
                                            {3, true}, {0, true},  {0, true}};  // the last two are not forwarded

// Compiled once and served by every run, like the configurations of a node that lives long.
class Configurations {
 public:
  Configurations();
  const std::vector<std::shared_ptr<const proxy::Snapshot>>& all() const { return all_; }

 private:
  proxy::PluginState plugin_state_;
  std::vector<std::shared_ptr<const proxy::Snapshot>> all_;
};

class World final : public net::Connector {
 public:
  World(const Script& script, const Configurations& configurations, bool keep_log);
  ~World() override;
  // Until every task has ended. What is wrong with the node itself by then (not with its answers) is in `faults`.
  void run();

  template <typename... Arguments>
  void note(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    if (keep_log_)
      log_.push_back(fmt::format("{:6} ms  ", loop().now_ms() - start_ms_) +
                     fmt::format(format, std::forward<Arguments>(arguments)...));
  }
  const std::vector<std::string>& log() const { return log_; }
  net::Loop& loop() { return node_.loop; }

  const Script& script;
  std::vector<RequestRecord> requests;
  std::vector<ConnectionRecord> connections;
  std::vector<std::string> faults;
  size_t generation = 0;  // that new requests get
  bool draining = false;

 private:
  async::Task<async::Result<std::unique_ptr<net::Stream>>> open(net::Loop& loop, net::Address address,
                                                                uint32_t timeout_ms) override;
  std::unique_ptr<net::MemoryStream> connect_client(const ConnectionPlan& plan);
  async::Task<> start_client(size_t number);
  async::Task<> change_configurations();
  async::Task<> drain_later();
  void change_configuration();
  void drain();
  void do_what_is_due(uint64_t turn);
  static void sweep_due(void* self);
  void settle();

  const Configurations& configurations_;
  bool keep_log_;
  std::vector<std::string> log_;
  Random random_;
  uint32_t refusals_left_;
  uint64_t upstream_connections_ = 0;
  net::Timer sweep_{&World::sweep_due, this};
  proxy::MemoryNode node_;  // after what its tasks use
  uint64_t start_ms_;
};

}  // namespace simulation
