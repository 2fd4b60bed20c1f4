#pragma once
// acl: lets consumers in, or keeps them out, by their groups.

#include <memory>

#include "gateway/plugins/plugin.h"

namespace plugins {

std::unique_ptr<Plugin> make_acl(const schema::Plugin& plugin, Building& building);

}  // namespace plugins
