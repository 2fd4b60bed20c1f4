#include "gateway/async/frame_pool.h"

#include <array>
#include <new>

namespace async {
namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr bool pooling = false;
#else
constexpr bool pooling = true;
#endif

struct FreeFrame {
  FreeFrame* next;
};

// Trivial, so that it can still be read by frames that die after the thread's destructors ran.
thread_local bool pool_closed = false;
thread_local size_t in_use = 0;

struct Pool {
  struct Class {
    FreeFrame* first = nullptr;
    size_t count = 0;
  };
  std::array<Class, pooled_frame_bytes_max / frame_class_bytes> classes{};

  ~Pool() {
    pool_closed = true;
    for (Class& each : classes) {
      while (FreeFrame* frame = each.first) {
        each.first = frame->next;
        ::operator delete(frame);
      }
    }
  }
};

thread_local Pool pool;

size_t class_of(size_t bytes) { return (bytes - 1) / frame_class_bytes; }

}  // namespace

size_t frames_in_use() { return in_use; }

void* take_frame(size_t bytes) {
  ++in_use;
  if (!pooling || bytes > pooled_frame_bytes_max || pool_closed) return ::operator new(bytes);
  Pool::Class& free = pool.classes[class_of(bytes)];
  if (FreeFrame* frame = free.first) {
    free.first = frame->next;
    free.count--;
    return frame;
  }
  return ::operator new((class_of(bytes) + 1) * frame_class_bytes);
}

void give_frame(void* frame, size_t bytes) noexcept {
  --in_use;
  if (!pooling || bytes > pooled_frame_bytes_max || pool_closed) return ::operator delete(frame);
  Pool::Class& free = pool.classes[class_of(bytes)];
  if (free.count == pooled_frames_per_class_max) return ::operator delete(frame);
  free.first = new (frame) FreeFrame{free.first};
  free.count++;
}

}  // namespace async
