#pragma once
// What request-termination tells about a request when it echoes.

#include <string>
#include <string_view>

#include "gateway/plugins/exchange.h"

namespace plugins {

// One JSON object: the request as the plugin saw it, the route and service that matched, and the node.
std::string describe_request(const Exchange& exchange, std::string_view body, std::string_view node_id);

}  // namespace plugins
