#include "deckctl/git/repository.h"

namespace deckctl::git {

namespace {

std::string author_of(const git_signature& author) {
  std::string text = author.name != nullptr ? author.name : "";
  if (author.email != nullptr && *author.email != '\0') text += std::string(text.empty() ? "<" : " <") + author.email + ">";
  return text;
}

Revision revision_of(const git_commit& commit) {
  Revision revision;
  char id[GIT_OID_HEXSZ + 1];
  revision.commit = git_oid_tostr(id, sizeof id, git_commit_id(&commit));
  if (const git_signature* author = git_commit_author(&commit)) revision.author = author_of(*author);
  revision.time_s = git_commit_time(&commit);
  return revision;
}

}  // namespace

Repository Repository::over(Owned<git_repository> repository) {
  Repository wrapped;
  wrapped.library_ = std::make_unique<Library>();
  wrapped.repository_ = std::move(repository);
  return wrapped;
}

std::optional<Repository> Repository::open(const std::string& folder, Fault& fault) {
  Repository opened;
  opened.library_ = std::make_unique<Library>();
  const unsigned flags = folder.empty() ? unsigned{GIT_REPOSITORY_OPEN_FROM_ENV} : 0u;
  const char* start = folder.empty() ? nullptr : folder.c_str();
  const int code = take(opened.repository_, git_repository_open_ext, start, flags, static_cast<const char*>(nullptr));
  if (code == 0) return opened;
  const std::string where = folder.empty() ? "the working directory" : folder;
  if (code == GIT_ENOTFOUND)
    fault = {"no git repository in " + where + " or above it", "run deckctl inside of one, or name it with --repository"};
  else
    fault = {"the git repository of " + where + " cannot be opened: " + last_words(), ""};
  return std::nullopt;
}

std::optional<Revision> Repository::resolve(const std::string& revision, Fault& fault) const {
  Owned<git_object> object;
  const int code = take(object, git_revparse_single, repository_.get(), revision.c_str());
  if (code == GIT_EAMBIGUOUS) fault = {"more than one object begins with '" + revision + "'", "write more of its digits"};
  else if (code == GIT_EINVALIDSPEC) fault = {"'" + revision + "' is not the name of a revision", ""};
  else if (code != 0) fault = {"unknown revision '" + revision + "'", hint_for_unknown(revision)};
  if (code != 0) return std::nullopt;
  Owned<git_object> commit_object;
  if (take(commit_object, git_object_peel, object.get(), GIT_OBJECT_COMMIT) != 0) {
    fault = {"'" + revision + "' is not a commit", ""};
    return std::nullopt;
  }
  const auto* commit = reinterpret_cast<const git_commit*>(commit_object.get());
  Revision found = revision_of(*commit);
  if (take(found.tree, git_commit_tree, commit) == 0) return found;
  fault = {"the files of '" + revision + "' are not in this clone: " + last_words(), "nothing is fetched here: git fetch them first"};
  return std::nullopt;
}

// What people forget in CI: the checkout has one commit and no local branches.
std::string Repository::hint_for_unknown(const std::string& revision) const {
  const std::string remote = "origin/" + revision;
  Owned<git_object> object;
  if (take(object, git_revparse_single, repository_.get(), remote.c_str()) == 0) return "did you mean " + remote + "?";
  if (git_repository_is_shallow(repository_.get()) == 1)
    return "this clone is shallow and nothing is fetched here: git fetch --unshallow, or fetch-depth: 0 in the checkout step";
  if (git_repository_is_empty(repository_.get()) == 1) return "the repository has no commit yet";
  return "";
}

std::string Repository::work_folder() const {
  const char* folder = git_repository_workdir(repository_.get());
  return folder != nullptr ? folder : "";
}

}  // namespace deckctl::git
