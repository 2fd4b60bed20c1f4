#pragma once
// The use of libgit2, which counts those who use it.

namespace deckctl::git {

class Library {
 public:
  Library();
  ~Library();
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;
};

}  // namespace deckctl::git
