#pragma once
// rate-limiting: so many requests in each calendar second, minute, hour, day, month and year.

#include <memory>

#include "gateway/plugins/plugin.h"

namespace plugins {

std::unique_ptr<Plugin> make_rate_limiting(const schema::Plugin& plugin, Building& building);

}  // namespace plugins
