// What pools would hide, a sanitizer sees: in its builds every piece of memory is the heap's own.
#include <doctest/doctest.h>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>

#include "gateway/async/arena.h"
#include "gateway/async/frame_pool.h"
#include "gateway/net/buffer_pool.h"
#include "schema/value.h"

TEST_CASE("a coroutine frame that was given back is poisoned") {
  void* frame = async::take_frame(100);
  CHECK_FALSE(__asan_address_is_poisoned(frame));
  async::give_frame(frame, 100);
  CHECK(__asan_address_is_poisoned(frame));
}

TEST_CASE("a block that was given back is poisoned") {
  net::BufferPool pool;
  net::Block block = pool.take();
  char* data = block.data();
  CHECK_FALSE(__asan_address_is_poisoned(data));
  block.release();
  CHECK(__asan_address_is_poisoned(data));
}

TEST_CASE("the end of each piece of an arena is poisoned") {
  async::Arena exchange;
  schema::Arena document;
  for (int i = 0; i < 6; ++i) {
    const char* piece = i % 2 == 0 ? exchange.allocate(24) : static_cast<char*>(document.allocate(24, 8));
    CHECK_FALSE(__asan_address_is_poisoned(piece + 23));
    CHECK(__asan_address_is_poisoned(piece + 24));
  }
}
#endif
