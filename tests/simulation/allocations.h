#pragma once
// What the whole program has allocated with new and not yet freed. Counted by the program's own operator new.

#include <cstdint>

namespace simulation {

int64_t live_allocations();

}  // namespace simulation
