#pragma once
// The hash that decides which target a key belongs to: xxHash32 with seed 0. Part of the contract: with another one
// every key would move.

#include <cstdint>
#include <string_view>

namespace balancing {

uint32_t hash32(std::string_view text);

}  // namespace balancing
