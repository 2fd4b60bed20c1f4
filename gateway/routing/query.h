#pragma once
// What a request is matched by.

#include <cstdint>
#include <string_view>

#include "gateway/http/headers.h"

namespace routing {

struct Peer {
  std::string_view ip;
  uint16_t port = 0;
};

// Views live as long as the request.
struct Query {
  std::string_view method;
  std::string_view host;          // as sent, without port: hosts are compared with their case
  std::string_view path;          // normalised
  std::string_view scheme;        // "http" or "https"; of streams "tcp", "tls" or "udp"
  std::string_view sni;
  const http::Headers* headers = nullptr;
  std::string_view query_string;
  Peer source, destination;       // the destination's port is the one that the Host header names, when it names one
};

}  // namespace routing
