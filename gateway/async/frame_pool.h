#pragma once
// Memory of coroutine frames: each thread keeps freed frames in classes of 64 bytes, because a frame for every request
// from malloc costs twice what one from here does.

#include <cstddef>

namespace async {

inline constexpr size_t frame_class_bytes = 64;
inline constexpr size_t pooled_frame_bytes_max = 2048;  // larger frames come from the heap
inline constexpr size_t pooled_frames_per_class_max = 4096;

// A frame may be freed by another thread than the one that took it; it then stays with that thread. Under
// AddressSanitizer both go straight to the heap, so that a use after free is seen.
void* take_frame(size_t bytes);
void give_frame(void* frame, size_t bytes) noexcept;
// Taken by this thread and not given back by it: 0 between two runs of a simulation, or something is left behind.
size_t frames_in_use();

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
