#include "gateway/runtime/load_options.h"

namespace runtime {

schema::LoadOptions load_options(const Settings& settings) {
  schema::LoadOptions options;
  options.unknown_plugins =
      settings.skip_unknown_plugins ? schema::UnknownPlugins::skip : schema::UnknownPlugins::refuse;
  options.expressions_flavor = settings.router_flavor == RouterFlavor::expressions;
  options.plugins = settings.plugins;
  options.vault_env_prefix = settings.vault_env_prefix;
  return options;
}

}  // namespace runtime
