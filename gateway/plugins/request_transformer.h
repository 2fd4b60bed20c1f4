#pragma once
// request-transformer: changes method, path, headers, query and body on the way to the upstream.

#include <memory>

#include "gateway/plugins/plugin.h"

namespace plugins {

std::unique_ptr<Plugin> make_request_transformer(const schema::Plugin& plugin, Building& building);

}  // namespace plugins
