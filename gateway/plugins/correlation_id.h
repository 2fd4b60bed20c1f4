#pragma once
// correlation-id: one identifier for a request on its whole way, kept when the client brings one.

#include <memory>

#include "gateway/plugins/plugin.h"

namespace plugins {

std::unique_ptr<Plugin> make_correlation_id(const schema::Plugin& plugin, Building& building);

}  // namespace plugins
