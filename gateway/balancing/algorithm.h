#pragma once
// What the algorithms of an upstream have in common. An object belongs to one worker; what the node knows of its peers
// is in Load.

#include <cstdint>
#include <optional>
#include <span>

namespace balancing {

// One weight for each peer; 0: not to be picked this time (weightless, out of service, or tried before).
using Weights = std::span<const uint32_t>;

class RoundRobin;

class Algorithm {
 public:
  virtual ~Algorithm() = default;
  // The place of the next peer. `hash`: of what this request is to be recognised by, for those who hash. nullopt: no
  // peer has weight.
  virtual std::optional<size_t> pick(Weights weights, std::optional<uint32_t> hash) = 0;
  // The turns it keeps, so that those who stay keep theirs when the peers change; nullptr: none.
  virtual RoundRobin* turns() { return nullptr; }
};

}  // namespace balancing
