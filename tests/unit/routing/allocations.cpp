#include "tests/unit/routing/allocations.h"

#include <cstdlib>
#include <new>

namespace {

size_t count = 0;

}  // namespace

size_t allocations() { return count; }

void* operator new(size_t bytes) {
  ++count;
  if (void* memory = std::malloc(bytes)) return memory;
  throw std::bad_alloc();
}
// Also without exceptions: std::stable_sort asks this one, and gives back through the usual delete.
void* operator new(size_t bytes, const std::nothrow_t&) noexcept {
  ++count;
  return std::malloc(bytes);
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
