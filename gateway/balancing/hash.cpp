#include "gateway/balancing/hash.h"

// The whole of it in this file: nothing has to be installed where the gateway runs.
#define XXH_INLINE_ALL
#include <xxhash.h>

namespace balancing {

uint32_t hash32(std::string_view text) { return XXH32(text.data(), text.size(), 0); }

}  // namespace balancing
