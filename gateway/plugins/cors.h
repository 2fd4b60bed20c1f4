#pragma once
// cors: answers preflight requests and says to browsers which origins may read an answer (Fetch standard, section 3.2).

#include <memory>

#include "gateway/plugins/plugin.h"

namespace plugins {

std::unique_ptr<Plugin> make_cors(const schema::Plugin& plugin, Building& building);

}  // namespace plugins
