#pragma once
// The order of matchers as one number, highest first.

#include <cstddef>
#include <cstdint>
#include <string>

#include "schema/config.h"

namespace routing {

// Bits of a classic web route: 63-61 how many fields are set, 60 plain hosts only, 59-52 number of headers, 51 the path is a regex,
// 50-19 regex_priority, 18-0 octets of the prefix.
uint64_t rank_of_classic(const schema::Route& route, bool regex, size_t prefix_bytes);
// Bit 61: server names are set, or both ends are; below it what is said of sources and destinations (address 8, port 4, block 1).
uint64_t rank_of_stream(const schema::Route& route);
// Above every classic one.
uint64_t rank_of_expression(uint64_t priority);

// Why a matcher of rank `lower` comes after one of rank `higher`, for people.
std::string why_after(uint64_t higher, uint64_t lower);

}  // namespace routing
