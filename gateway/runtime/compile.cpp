#include "gateway/runtime/compile.h"

#include "gateway/plugins/script_host.h"
#include "gateway/proxy/access_log.h"
#include "gateway/runtime/unbuilt.h"

namespace runtime {

namespace {

routing::Flavor flavor_of(RouterFlavor flavor) {
  return flavor == RouterFlavor::expressions ? routing::Flavor::expressions : routing::Flavor::traditional_compatible;
}

script::Policy script_policy(const Settings& settings) {
  return {.trust = settings.untrusted_lua,
          .modules = settings.sandbox_modules,
          .environment = settings.sandbox_environment,
          .limits = {.steps_max = settings.script_steps_max, .memory_bytes_max = settings.script_memory_bytes_max, .cpu_ms_max = settings.script_time_max_ms}};
}

}  // namespace

std::shared_ptr<const proxy::Snapshot> compile(std::shared_ptr<const schema::Config> config, const Settings& settings, NodeState& state,
                                               uint64_t generation, std::string_view node_id, schema::Problems& problems) {
  auto snapshot = std::make_shared<proxy::Snapshot>();
  snapshot->config = std::move(config);
  snapshot->generation = generation;
  snapshot->counted = state.snapshots;
  snapshot->credentials = std::make_unique<plugins::CredentialIndex>(*snapshot->config);
  std::vector<std::string> errors;
  plugins::Building building{*snapshot->config, *snapshot->credentials, state.counters, state.metrics, state.log_files, errors, node_id};
  snapshot->scripts = std::make_unique<script::Scripts>(script_policy(settings), plugins::script_host());
  building.scripts = snapshot->scripts.get();
  building.log = state.log;
  snapshot->chains = std::make_unique<plugins::Chains>(*snapshot->config, building);
  const schema::Severity unbuilt = settings.skip_unknown_plugins ? schema::Severity::warning : schema::Severity::error;
  for (const std::string& what : building.unbuilt) problems.add({.severity = unbuilt, .what = what});
  for (std::string& what : errors) problems.add({.what = std::move(what)});
  snapshot->router = std::make_unique<routing::Router>(*snapshot->config, flavor_of(settings.router_flavor), problems);
  snapshot->targets = std::make_unique<proxy::TargetTable>(*snapshot->config);
  snapshot->secret_names = proxy::query_secrets(*snapshot->config);
  if (problems.any_error()) return nullptr;
  warn_of_unbuilt(*snapshot->config, problems);
  return snapshot;
}

}  // namespace runtime
