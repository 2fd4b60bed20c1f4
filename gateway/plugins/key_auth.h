#pragma once
// key-auth: who the caller is, by an API key in a header, a query parameter or the body.

#include <memory>

#include "gateway/plugins/plugin.h"

namespace plugins {

std::unique_ptr<Plugin> make_key_auth(const schema::Plugin& plugin, Building& building);

}  // namespace plugins
