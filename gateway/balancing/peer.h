#pragma once
// One address of a target: what a balancer chooses among. A name with several addresses has as many peers, each with
// the target's weight.

#include <cstdint>

#include "gateway/net/address.h"

namespace balancing {

struct Peer {
  net::Address address;
  uint32_t weight = 0;    // of its target; 0: never picked
  uint32_t target = 0;    // its target's place in the upstream
  bool available = true;  // false: taken out of service
};

}  // namespace balancing
