#include "gateway/async/frame_pool.h"

namespace async::detail {

constinit thread_local FramePool frame_pool{};

namespace {

// Gives the thread's frames back when it ends.
struct Keeper {
  ~Keeper() {
    frame_pool.closed = true;
    for (FramePool::Class& each : frame_pool.classes) {
      while (FreeFrame* frame = each.first) {
        each.first = frame->next;
        ::operator delete(frame);
      }
      each.count = 0;
    }
  }
  void touch() {}
};
thread_local Keeper keeper;

}  // namespace

void* new_frame(size_t bytes) {
  if (!pooling || bytes > pooled_frame_bytes_max || frame_pool.closed) return ::operator new(bytes);
  keeper.touch();  // made by its first use
  return ::operator new((class_of(bytes) + 1) * frame_class_bytes);
}

void delete_frame(void* frame) noexcept { ::operator delete(frame); }

}  // namespace async::detail
