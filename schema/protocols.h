#pragma once
// Names of protocols as a set of bits.

#include <cstdint>
#include <string_view>

#include "schema/value.h"

namespace schema {

uint16_t protocol_of(std::string_view name);     // 0: unknown
uint16_t protocols_of(const Value& names);       // of an array; others give 0

}  // namespace schema
