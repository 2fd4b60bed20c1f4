#pragma once
// A node without a proxy.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gateway/admin/node.h"
#include "schema/config.h"

inline constexpr const char* document = R"(_format_version: "3.0"
services:
- name: alpha
  url: http://127.0.0.1:9101/base
  tags: [one, two]
  routes:
  - {name: r1, paths: [/a], tags: [one]}
  - {name: r2, paths: [/b]}
- {name: beta, host: up}
- {name: gamma, host: up}
consumers:
- username: ann
  keyauth_credentials: [{key: ann-key}]
- {username: bea}
upstreams:
- name: up
  targets:
  - {target: "127.0.0.1:9101", weight: 10}
  - {target: "127.0.0.1:9102", weight: 20}
plugins:
- {name: cors, tags: [one]}
)";

// It loads and remembers what it was told.
class FakeNode : public admin::Node {
 public:
  FakeNode() { load({{{"test", document, schema::Syntax::yaml}}, false, {}, 0}); }

  std::shared_ptr<const schema::Config> config() override { return config_; }
  admin::LoadOutcome load(admin::LoadOrder order) override {
    admin::LoadOutcome outcome;
    schema::LoadOptions options;
    options.now_s = 1700000000;
    if (!order.dry_run && fault.status != 0) {
      outcome.fault = fault;
      return outcome;
    }
    outcome.config = schema::load(std::move(order.sources), outcome.problems, options, &outcome.document);
    outcome.loaded = outcome.config != nullptr;
    if (!outcome.loaded || order.dry_run) return outcome;
    config_ = outcome.config;
    outcome.generation.number = history.size() + 1;
    outcome.generation.at_s = 1700000000;
    outcome.generation.hash = config_->hash;
    outcome.generation.origin = admin::Origin::post;
    outcome.generation.provenance = order.provenance;
    if (order.confirm_within_s != 0) outcome.generation.confirm_until_s = 1700000000 + order.confirm_within_s;
    history.push_back(outcome.generation);
    return outcome;
  }
  // Only what is asked for is remembered.
  admin::LoadOutcome roll_back(uint64_t number, admin::Provenance by) override {
    admin::LoadOutcome outcome;
    if (number >= history.size() || history.size() < 2) {
      outcome.fault = {404, "there is no generation " + std::to_string(number)};
      return outcome;
    }
    outcome.loaded = true;
    outcome.generation = history[number == 0 ? history.size() - 2 : number - 1];
    outcome.generation.repeats = outcome.generation.number;
    outcome.generation.number = history.size() + 1;
    outcome.generation.origin = admin::Origin::rollback;
    outcome.generation.provenance.synced_by = by.synced_by;
    history.push_back(outcome.generation);
    return outcome;
  }
  admin::Fault confirm(std::string_view hash) override {
    if (history.back().confirm_until_s == 0) return {409, "no configuration waits for confirmation"};
    if (!hash.empty() && hash != history.back().hash) return {412, "another one waits"};
    return history.back().confirm_until_s = 0, admin::Fault();
  }
  admin::Standing standing() override { return {history.back(), 1700000000, history.size(), 0, true, 30, history.back().confirm_until_s != 0}; }
  std::vector<admin::Generation> generations() override { return history; }
  bool loading() override { return busy; }
  bool ready(std::string& reason) override { return draining ? (reason = "draining", false) : true; }
  void start_draining() override { draining = true; }
  admin::Connections connections() override { return {7, 1, 7, 0, 1, 0, 42}; }
  std::vector<admin::TargetHealth> health(const schema::Upstream& upstream) override {
    std::vector<admin::TargetHealth> all;
    for (const schema::Target& target : upstream.targets) {
      const std::string word = target.target == unhealthy ? "UNHEALTHY" : "HEALTHY";
      all.push_back({&target, word, {{"127.0.0.1", 9101, target.weight, word}}});
    }
    return all;
  }
  bool set_health(const schema::Upstream& upstream, std::string_view target, std::string_view address, bool healthy) override {
    if (!address.empty() && address != "127.0.0.1:9101") return false;
    for (const schema::Target& one : upstream.targets) {
      if (one.target == target) return unhealthy = healthy ? "" : std::string(target), true;
    }
    return false;
  }
  std::string metrics() override { return "# HELP x\nx 1\n"; }
  std::vector<std::string> warnings() override { return {}; }
  std::optional<admin::Refusal> last_refusal() override { return refusal; }
  uint64_t resident_bytes() override { return 3 << 20; }
  std::vector<std::pair<std::string, std::string>> settings() override {
    return {{"log_level", "notice"}, {"ssl_cert_key", "******"}};
  }
  bool offers(std::string_view plugin) override { return plugin != missing_plugin; }
  std::string node_id() override { return "11111111-1111-4111-8111-111111111111"; }

  bool draining = false, busy = false;
  std::string unhealthy;
  std::string missing_plugin;  // that its settings do not offer
  std::optional<admin::Refusal> refusal;
  admin::Fault fault;  // of loads
  std::vector<admin::Generation> history;

 private:
  std::shared_ptr<const schema::Config> config_;
};
