#pragma once
// Memory of coroutine frames: each thread keeps freed frames in classes of 64 bytes, because a frame for every request
// from malloc costs twice what one from here does.

#include <array>
#include <cstddef>
#include <new>

namespace async {

inline constexpr size_t frame_class_bytes = 64;
inline constexpr size_t pooled_frame_bytes_max = 2048;  // larger frames come from the heap
inline constexpr size_t pooled_frames_per_class_max = 4096;

// A pool hides from a sanitizer what is used after it was freed and what is never freed: there every piece is the heap's own.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool pooling = false;
#else
inline constexpr bool pooling = true;
#endif

namespace detail {

struct FreeFrame {
  FreeFrame* next;
};

// Of one thread. Without a constructor or a destructor, so that reaching it is one instruction, and frames that die
// after the thread's destructors ran still can.
struct FramePool {
  struct Class {
    FreeFrame* first;
    size_t count;
  };
  std::array<Class, pooled_frame_bytes_max / frame_class_bytes> classes;
  size_t in_use;
  bool closed;  // the thread ends: nothing is kept any more
};
extern constinit thread_local FramePool frame_pool;

inline size_t class_of(size_t bytes) { return (bytes - 1) / frame_class_bytes; }
void* new_frame(size_t bytes);
void delete_frame(void* frame) noexcept;

}  // namespace detail

// A frame may be freed by another thread than the one that took it; it then stays with that thread.
inline void* take_frame(size_t bytes) {
  detail::FramePool& pool = detail::frame_pool;
  ++pool.in_use;
  if (pooling && bytes <= pooled_frame_bytes_max) {
    detail::FramePool::Class& free = pool.classes[detail::class_of(bytes)];
    if (detail::FreeFrame* frame = free.first) {
      free.first = frame->next;
      --free.count;
      return frame;
    }
  }
  return detail::new_frame(bytes);
}

inline void give_frame(void* frame, size_t bytes) noexcept {
  detail::FramePool& pool = detail::frame_pool;
  --pool.in_use;
  if (pooling && bytes <= pooled_frame_bytes_max && !pool.closed) {
    detail::FramePool::Class& free = pool.classes[detail::class_of(bytes)];
    if (free.count < pooled_frames_per_class_max) {
      free.first = new (frame) detail::FreeFrame{free.first};
      ++free.count;
      return;
    }
  }
  detail::delete_frame(frame);
}

// Taken by this thread and not given back by it: 0 between two runs of a simulation, or something is left behind.
inline size_t frames_in_use() { return detail::frame_pool.in_use; }

// Short-lived vectors of a request take their memory from the same place.
template <typename T>
struct PooledAllocator {
  using value_type = T;
  PooledAllocator() = default;
  template <typename U>
  PooledAllocator(const PooledAllocator<U>&) noexcept {}
  T* allocate(size_t count) { return static_cast<T*>(take_frame(count * sizeof(T))); }
  void deallocate(T* memory, size_t count) noexcept { give_frame(memory, count * sizeof(T)); }
  friend bool operator==(PooledAllocator, PooledAllocator) { return true; }
};

// Objects of a class that inherits this come from there too, however they are made.
struct Pooled {
  static void* operator new(size_t bytes) { return take_frame(bytes); }
  static void operator delete(void* memory, size_t bytes) noexcept { give_frame(memory, bytes); }
};

}  // namespace async
