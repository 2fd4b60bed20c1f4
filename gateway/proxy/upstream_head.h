#pragma once
// The head of the request as the upstream gets it: hop-by-hop fields removed first, then our own added, so that a client can neither
// forge nor nominate ours away (RFC 9110 section 7.6.1).

#include <string>
#include <string_view>

#include "gateway/http/message.h"
#include "gateway/http/out.h"
#include "gateway/plugins/exchange.h"
#include "gateway/proxy/options.h"

namespace proxy {

struct UpstreamHead {
  std::string_view host;            // Host field, port included where it is not the scheme's default
  http::BodyFraming framing;        // of the body as it will be sent
  bool websocket = false;
};

// Appends request line and fields, with the empty line, to `out`.
void write_upstream_head(const plugins::Exchange& exchange, const UpstreamHead& head, const Options& options, http::Out& out);

}  // namespace proxy
