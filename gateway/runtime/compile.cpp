#include "gateway/runtime/compile.h"

namespace runtime {

namespace {

routing::Flavor flavor_of(RouterFlavor flavor) {
  return flavor == RouterFlavor::expressions ? routing::Flavor::expressions : routing::Flavor::traditional_compatible;
}

}  // namespace

std::shared_ptr<const proxy::Snapshot> compile(std::shared_ptr<const schema::Config> config, const Settings& settings, NodeState& state,
                                               uint64_t generation, std::string_view node_id, std::vector<std::string>& errors,
                                               std::vector<std::string>& warnings) {
  auto snapshot = std::make_shared<proxy::Snapshot>();
  snapshot->config = std::move(config);
  snapshot->generation = generation;
  snapshot->credentials = std::make_unique<plugins::CredentialIndex>(*snapshot->config);
  plugins::Building building{*snapshot->config, *snapshot->credentials, state.counters, state.metrics, state.log_files, errors, node_id};
  snapshot->chains = std::make_unique<plugins::Chains>(*snapshot->config, building);
  std::vector<std::string>& told = settings.skip_unknown_plugins ? warnings : errors;
  told.insert(told.end(), building.unbuilt.begin(), building.unbuilt.end());
  snapshot->router = std::make_unique<routing::Router>(snapshot->config->routes, flavor_of(settings.router_flavor), errors);
  for (const schema::Upstream& upstream : snapshot->config->upstreams) snapshot->upstreams.emplace(upstream.name, &upstream);
  if (!errors.empty()) return nullptr;
  return snapshot;
}

}  // namespace runtime
