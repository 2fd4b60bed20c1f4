#pragma once
// file-log: appends one JSON line for each request to a file.

#include <memory>

#include "gateway/plugins/plugin.h"

namespace plugins {

std::unique_ptr<Plugin> make_file_log(const schema::Plugin& plugin, Building& building);

}  // namespace plugins
