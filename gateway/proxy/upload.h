#pragma once
// The request on its way to the upstream.

#include <string_view>

#include "gateway/proxy/journey.h"

namespace proxy {

// Sends the head, with `host` as Host, and what is in memory of the body in one write, then the rest as it comes from the client. When that cannot go on before there is an
// answer, the upstream's connection is closed, which wakes whoever waits for one. Journey::client_failed tells whose fault it was.
async::Task<async::Result<void>> upload(Journey& journey, std::string_view host);

}  // namespace proxy
