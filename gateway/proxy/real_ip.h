#pragma once
// Whose address counts as the client's: the peer's, unless the peer is trusted to tell.

#include "gateway/plugins/exchange.h"
#include "gateway/proxy/options.h"

namespace proxy {

// Sets client.trusted and client.ip. With `real_ip_recursive` the last untrusted address from the right wins; else the last one.
void apply_real_ip(plugins::Exchange& exchange, const Options& options);

}  // namespace proxy
