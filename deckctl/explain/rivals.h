#pragma once
// The routes that nearly won, and why they did not: as the gateway's own router judges them.

#include <string>
#include <vector>

#include "deckctl/explain/asked.h"
#include "schema/config.h"

namespace deckctl::explain {

struct Rival {
  const schema::Route* route = nullptr;
  bool fits = false;  // it matches too, but is tried later
  std::string why;
};

// Those that match as well, and those that would with one thing changed: the method, the host, a header ... At most
// `most`.
std::vector<Rival> rivals(const schema::Config& config, const routing::Router& router, routing::Flavor flavor,
                          const Asked& asked, std::string_view path, const schema::Route* winner, size_t most = 10);

// What a route matches by, one phrase each: "path /members (prefix)". `matched_prefix`: what its path took of the request's.
std::vector<std::string> conditions(const schema::Route& route, std::string_view matched_prefix);

}  // namespace deckctl::explain
