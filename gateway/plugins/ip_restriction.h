#pragma once
// ip-restriction: lets clients in, or keeps them out, by address.

#include <memory>

#include "gateway/plugins/plugin.h"

namespace plugins {

std::unique_ptr<Plugin> make_ip_restriction(const schema::Plugin& plugin, Building& building);

}  // namespace plugins
