#pragma once
// The settings in the words and units of the proxy.

#include "gateway/proxy/options.h"
#include "gateway/runtime/settings.h"

namespace runtime {

// Reads the error templates named in the settings; what cannot be read is added to `errors`.
proxy::Options proxy_options(const Settings& settings, std::vector<std::string>& errors);

}  // namespace runtime
