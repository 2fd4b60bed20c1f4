#include "deckctl/git/library.h"

#include <git2.h>

#include <iterator>

namespace deckctl::git {

Library::Library() {
  git_libgit2_init();
  // A clone inside a CI container often belongs to another user. The check for that protects against settings of a stranger's
  // repository that name programs to run; reading objects runs none of them.
  git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
  // These change how a clone is filled, checked out and cleaned up, not how an object is read.
  const char* harmless[] = {"worktreeconfig", "partialclone", "preciousobjects"};
  git_libgit2_opts(GIT_OPT_SET_EXTENSIONS, harmless, std::size(harmless));
}

Library::~Library() { git_libgit2_shutdown(); }

}  // namespace deckctl::git
