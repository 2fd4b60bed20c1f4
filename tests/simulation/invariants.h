#pragma once
// What must be true of every run, whatever its peers did.

#include <cstdint>
#include <string>
#include <vector>

#include "tests/simulation/world.h"

namespace simulation {

// One line for each breach; none when all is well. `left_alone` counts silent upstreams whose client had gone.
std::vector<std::string> breaches(const World& world, uint64_t& left_alone);

}  // namespace simulation
