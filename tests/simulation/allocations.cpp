#include "tests/simulation/allocations.h"

#include <cstdlib>
#include <new>

// AddressSanitizer has operators of its own that find more than a count does.
#if !defined(__SANITIZE_ADDRESS__)

namespace {
int64_t live = 0;  // the simulation has one thread
}

void* operator new(size_t bytes) {
  void* memory = std::malloc(bytes == 0 ? 1 : bytes);
  if (memory == nullptr) throw std::bad_alloc();
  ++live;
  return memory;
}

void operator delete(void* memory) noexcept {
  if (memory != nullptr) --live;
  std::free(memory);
}

void operator delete(void* memory, size_t) noexcept { operator delete(memory); }

int64_t simulation::live_allocations() { return live; }

#else

int64_t simulation::live_allocations() { return 0; }

#endif
