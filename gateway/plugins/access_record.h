#pragma once
// What happened to a request, as one JSON object: the entry that log plugins send.

#include <cstdint>

#include "gateway/http/out.h"
#include "gateway/plugins/exchange.h"

namespace plugins {

// The one workspace that exists; its id is a constant of the format.
constexpr std::string_view workspace_id = "0dc6f45b-8f8d-40d2-a504-473544ee190b";

// Whole milliseconds, as logs and metrics show them.
struct Latencies {
  int64_t gateway = 0;   // our own part
  int64_t proxy = -1;    // until the head of the upstream's answer; -1: not proxied
  int64_t request = 0;   // first byte in to last byte out
  int64_t receive = 0;   // from the head of the answer to its end
};
Latencies latencies_of(const Exchange& exchange);

// The object, without a line break. Authorization fields and API keys (also inside of URIs) are replaced by REDACTED.
void write_access_record(const Exchange& exchange, http::Out& out);

}  // namespace plugins
