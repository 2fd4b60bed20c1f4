#pragma once
// What must be true of every run, whatever its peers did.

#include <string>
#include <vector>

#include "tests/simulation/world.h"

namespace simulation {

// One line for each breach; none when all is well.
std::vector<std::string> breaches(const World& world);

}  // namespace simulation
