#include "gateway/runtime/load_options.h"

namespace runtime {

schema::LoadOptions load_options(const Settings& settings) {
  schema::LoadOptions options;
  options.unknown_plugins =
      settings.skip_unknown_plugins ? schema::UnknownPlugins::skip : schema::UnknownPlugins::refuse;
  options.expressions_flavor = settings.router_flavor == RouterFlavor::expressions;
  return options;
}

}  // namespace runtime
