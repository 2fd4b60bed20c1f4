#include "gateway/runtime/load_options.h"

#include <algorithm>

namespace runtime {

schema::LoadOptions load_options(const Settings& settings) {
  schema::LoadOptions options;
  options.unknown_plugins =
      settings.skip_unknown_plugins ? schema::UnknownPlugins::skip : schema::UnknownPlugins::refuse;
  options.expressions_flavor = settings.router_flavor == RouterFlavor::expressions;
  options.vault_env_prefix = settings.vault_env_prefix;
  const auto& plugins = settings.plugins;
  if (std::find(plugins.begin(), plugins.end(), "bundled") == plugins.end()) options.enabled_plugins = plugins;
  return options;
}

}  // namespace runtime
