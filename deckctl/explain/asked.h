#pragma once
// The request that is asked about, as a client would send it.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/http/headers.h"
#include "gateway/routing/router.h"

namespace deckctl::explain {

struct Asked {
  std::string method = "GET";
  std::string scheme = "http", host, target = "/";  // host as in the Host header, with the port where one is given
  std::vector<std::pair<std::string, std::string>> headers;
  std::string source_ip = "127.0.0.1";
  uint16_t port = 80;         // the client connects to
  std::string sni;            // empty: the host, for https
  std::string consumer;       // name or id of who the request turns out to be from; empty: not told

  std::string_view host_name() const;  // without port
};

// `url`: http(s)://host[:port]/path?query, or a path alone (host localhost). `headers`: "Name: value" each; Host replaces the URL's. Empty, or
// what is wrong with them.
std::string parse(std::string_view method, std::string_view url, const std::vector<std::string>& headers, Asked& asked);

// The views are of `asked`, `path` and `fields`, which must outlive the query.
routing::Query query_of(const Asked& asked, std::string_view path, const http::Headers& fields);
http::Headers fields_of(const Asked& asked);

}  // namespace deckctl::explain
