#include "deckctl/git/patch.h"

#include "deckctl/git/handle.h"
#include "deckctl/git/library.h"

namespace deckctl::git {

std::string unified_diff(const std::string& name, const std::string& before, const std::string& after) {
  if (before == after) return {};
  const Library library;
  const std::string path = name.substr(std::min(name.find_first_not_of('/'), name.size()));
  git_patch* patch = nullptr;
  git_buf text = GIT_BUF_INIT;
  std::string diff;
  if (git_patch_from_buffers(&patch, before.data(), before.size(), path.c_str(), after.data(), after.size(), path.c_str(), nullptr) == 0 &&
      git_patch_to_buf(&text, patch) == 0)
    diff.assign(text.ptr, text.size);
  git_buf_dispose(&text);
  git_patch_free(patch);
  return diff;
}

}  // namespace deckctl::git
