#pragma once
// A client that does what its plan says and notes what it gets.

#include <memory>

#include "gateway/net/memory_stream.h"
#include "tests/simulation/world.h"

namespace simulation {

async::Task<> run_client(World& world, size_t number, std::unique_ptr<net::MemoryStream> stream);

}  // namespace simulation
