#pragma once
// What must hold for every input. Stops in release builds too, where an assertion would say nothing.

namespace fuzz {

inline void demand(bool holds) {
  if (!holds) __builtin_trap();
}

}  // namespace fuzz

using fuzz::demand;
