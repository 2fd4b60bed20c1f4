#pragma once
// Owners of what libgit2 hands out, and what went wrong with it.

#include <git2.h>

#include <memory>
#include <string>

namespace deckctl::git {

struct Free {
  void operator()(git_repository* it) const { git_repository_free(it); }
  void operator()(git_object* it) const { git_object_free(it); }
  void operator()(git_commit* it) const { git_commit_free(it); }
  void operator()(git_tree* it) const { git_tree_free(it); }
  void operator()(git_blob* it) const { git_blob_free(it); }
  void operator()(git_odb* it) const { git_odb_free(it); }
};
template <typename T>
using Owned = std::unique_ptr<T, Free>;

// Calls a function that hands out a T by its first argument; returns its code, 0 for good.
template <typename T, typename Function, typename... Arguments>
int take(Owned<T>& into, Function function, Arguments... arguments) {
  T* raw = nullptr;
  const int code = function(&raw, arguments...);
  into.reset(raw);
  return code;
}

struct Fault {
  std::string what, hint;
};

// What libgit2 itself has to say about the last call that failed.
inline std::string last_words() {
  const git_error* error = git_error_last();
  return error != nullptr && error->message != nullptr ? error->message : "unknown fault";
}

}  // namespace deckctl::git
