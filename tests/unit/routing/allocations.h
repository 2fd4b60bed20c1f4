#pragma once
// How often this program has asked for memory.

#include <cstddef>

size_t allocations();
