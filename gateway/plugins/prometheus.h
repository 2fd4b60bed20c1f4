#pragma once
// prometheus: counts what happened to a request, for scraping.

#include <memory>

#include "gateway/plugins/plugin.h"

namespace plugins {

std::unique_ptr<Plugin> make_prometheus(const schema::Plugin& plugin, Building& building);

}  // namespace plugins
