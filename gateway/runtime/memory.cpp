#include "gateway/runtime/memory.h"

#include <malloc.h>

namespace runtime {

namespace {

constexpr int mapped_bytes_min = 256 << 10;

}  // namespace

#ifdef __GLIBC__
// Said once, it also stays: left alone, the threshold follows the largest block that was freed, and the next ones end up in a heap.
void map_large_blocks() { mallopt(M_MMAP_THRESHOLD, mapped_bytes_min); }
void return_free_pages() { malloc_trim(0); }
#else
void map_large_blocks() {}
void return_free_pages() {}
#endif

}  // namespace runtime
