#pragma once
// Lua's own patterns (reference manual of Lua 5.1, section 5.4.1) with a bound on the work: LuaJIT's matcher goes back
// as often as a pattern makes it, in C, where no hook ends it. Every octet looked at is a step; a search that needs
// more than it was given ends in an error.

#include <array>
#include <cstdint>
#include <string_view>

namespace script {

struct Capture {
  const char* begin = nullptr;
  size_t size = 0;
  bool position = false;  // "()": the place itself is captured
};

class Matcher {
 public:
  static constexpr size_t captures_max = 32;
  static constexpr int depth_max = 200;  // items that the matcher may have to come back to

  // Both texts must outlive it. `anchor`: a ^ at the beginning binds the match to where the search begins.
  Matcher(std::string_view subject, std::string_view pattern, uint64_t steps_max, bool anchor = true);

  // The first match that begins at `from` (counted from 0, at most the subject's size) or behind. False: none, or
  // error() says why not.
  bool search(size_t from);

  size_t begin() const { return begin_; }
  size_t end() const { return end_; }  // behind the last octet
  size_t captures() const { return count_; }
  const Capture& capture(size_t index) const { return captures_[index]; }
  const char* error() const { return error_; }  // nullptr: none; else a constant text
  uint64_t steps() const { return steps_; }

 private:
  const char* match(const char* at, const char* item);
  const char* longest(const char* at, const char* item, const char* item_end);
  const char* shortest(const char* at, const char* item, const char* item_end);
  const char* open_capture(const char* at, const char* item);
  const char* close_capture(const char* at, const char* item);
  const char* balanced(const char* at, const char* delimiters);
  const char* repeated(const char* at, char digit);
  bool at_frontier(const char* at, const char* set, const char* set_end);
  const char* end_of_item(const char* item);
  bool fits(const char* at, const char* item, const char* item_end);
  bool in_set(unsigned char octet, const char* set, const char* last);
  bool step(uint64_t count = 1);
  std::nullptr_t fail(const char* why);

  static constexpr size_t open = static_cast<size_t>(-1);

  const char *subject_, *subject_end_, *pattern_, *pattern_end_;
  uint64_t steps_max_, steps_ = 0;
  bool anchored_ = false;
  int depth_ = 0;
  size_t begin_ = 0, end_ = 0, count_ = 0;
  std::array<Capture, captures_max> captures_;
  const char* error_ = nullptr;
};

}  // namespace script
