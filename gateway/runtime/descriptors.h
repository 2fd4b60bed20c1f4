#pragma once
// How many files and sockets the process may have open.

#include <cstdint>

namespace runtime {

// Raises the limit as far as the system allows without privileges (RLIMIT_NOFILE, soft to hard). A server needs what it may have.
void raise_descriptor_limit();
uint64_t descriptor_limit();

}  // namespace runtime
