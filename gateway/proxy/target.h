#pragma once
// Where an attempt goes: an upstream's target by its turn, or the service's own host; resolved to one address.

#include <vector>

#include "gateway/net/address.h"
#include "gateway/proxy/journey.h"

namespace proxy {

struct Destination {
  net::Address address;
  const Target* target = nullptr;  // as long as the snapshot is pinned
  bool resolved() const { return address.family() != net::Address::Family::none; }
};

// What an attempt remembers of the ones before it.
struct Tried {
  std::vector<bool> targets;
  size_t last = 0;
  void forget_last() {
    if (last < targets.size()) targets[last] = false;
  }
};

// The next target by its turn. Its address is known already when the configuration holds an IP address; else resolve() finds it.
// Errors: "no peer" (no targets, or all of weight 0 or taken out).
async::Result<Destination> choose_target(Journey& journey, Tried& tried);
// One of the addresses of its name, by their turn. Errors: what the resolver says ("name does not exist", "no address", ...).
async::Task<async::Result<Destination>> resolve(Journey& journey, const Target& target);

}  // namespace proxy
