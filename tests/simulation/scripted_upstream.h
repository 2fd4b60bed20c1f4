#pragma once
// An upstream's end of one connection: reads requests, finds out whose they are, and does with each what its plan says.

#include <memory>

#include "gateway/net/memory_stream.h"
#include "tests/simulation/world.h"

namespace simulation {

async::Task<> serve_upstream(World& world, uint64_t number, std::unique_ptr<net::MemoryStream> stream);

}  // namespace simulation
