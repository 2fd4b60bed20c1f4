#pragma once
// prometheus: counts what happened to a request, for scraping.

#include <memory>

#include "gateway/plugins/plugin.h"

namespace plugins {

std::unique_ptr<Plugin> make_prometheus(const schema::Plugin& plugin, Building& building);

// Whether any enabled prometheus plugin asks for the health of upstream targets; the gauge itself is the balancer's to fill.
bool wants_upstream_health(const schema::Config& config);

}  // namespace plugins
