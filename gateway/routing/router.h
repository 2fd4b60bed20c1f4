#pragma once
// The compiled router: which route takes a request. Every route becomes one or more matchers with a 64-bit rank; the highest rank that
// matches wins, equal ranks go to the greater id.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/http/headers.h"
#include "schema/config.h"

namespace routing {

enum class Flavor : uint8_t { traditional_compatible, expressions };

struct Peer {
  std::string_view ip;
  uint16_t port = 0;
};

// What a request is matched by. Views live as long as the request.
struct Query {
  std::string_view method;
  std::string_view host;          // as sent, without port: hosts are compared with their case
  std::string_view path;          // normalised
  std::string_view scheme;        // "http" or "https"
  std::string_view sni;
  const http::Headers* headers = nullptr;
  std::string_view query_string;
  Peer source, destination;
};

struct Capture {
  std::string_view name;          // empty: known by its position only
  std::string_view value;         // into Query::path
};

struct Match {
  const schema::Route* route = nullptr;
  std::string_view matched_prefix;   // what strip_path takes off the path; empty: the route has no path
  std::vector<Capture> captures;     // [0] is the whole match; filled only when a regex has groups
};

struct Explanation {
  const schema::Route* route = nullptr;
  bool matched = false;
  std::string reason;             // "method", "host", "path", "header x-version", "sni"
};

struct Matcher;

class Router {
 public:
  // What cannot be compiled (a bad regex) is added to `errors` with the name of its route.
  Router(std::span<const schema::Route> routes, Flavor flavor, std::vector<std::string>& errors);
  ~Router();

  bool match(const Query& query, Match& match) const;
  // Every route in the order tried, up to the one that matched.
  std::vector<Explanation> explain(const Query& query) const;

 private:
  std::vector<std::unique_ptr<Matcher>> matchers_;  // highest rank first
};

}  // namespace routing
