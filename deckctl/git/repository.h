#pragma once
// A git repository, read only: nothing is checked out, fetched or written, and no program that its settings name is run.

#include <optional>
#include <string>
#include <string_view>

#include "deckctl/git/handle.h"
#include "deckctl/git/library.h"

namespace deckctl::git {

struct Revision {
  std::string commit;  // 40 hex digits
  std::string author;  // Name <address>
  int64_t time_s = 0;  // when the commit was made, since 1970
  Owned<git_tree> tree;
};

class Repository {
 public:
  // The repository that `folder` lies in: a clone (shallow and partial ones too), a worktree or a bare one. An empty `folder` is the
  // working directory; then GIT_DIR and its like count as they do for git.
  static std::optional<Repository> open(const std::string& folder, Fault& fault);
  // One that was opened otherwise, in memory say.
  static Repository over(Owned<git_repository> repository);

  // Any spelling of a commit that git knows: a branch, tag, id or its beginning, HEAD~2, main@{yesterday}.
  std::optional<Revision> resolve(const std::string& revision, Fault& fault) const;

  // Absolute, ends with a slash; empty when there is none (a bare repository).
  std::string work_folder() const;
  git_repository* raw() const { return repository_.get(); }

 private:
  std::string hint_for_unknown(const std::string& revision) const;

  std::unique_ptr<Library> library_;  // outlives the repository
  Owned<git_repository> repository_;
};

}  // namespace deckctl::git
