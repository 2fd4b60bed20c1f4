#pragma once
// request-termination: a fixed answer instead of the upstream's.

#include <memory>

#include "gateway/plugins/plugin.h"

namespace plugins {

std::unique_ptr<Plugin> make_request_termination(const schema::Plugin& plugin, Building& building);

}  // namespace plugins
