#include "deckctl/git/provenance.h"

#include <algorithm>
#include <filesystem>

#include "deckctl/git/repository.h"
#include "deckctl/git/source.h"
#include "deckctl/git/tree.h"
#include "schema/sources.h"

namespace deckctl::git {

namespace {

namespace fs = std::filesystem;

Provenance of(const Revision& revision, bool dirty) { return {revision.commit, revision.author, revision.time_s, dirty}; }

// The file on disk is compared as git would store it (line ends, for one), whatever the index says and .gitignore hides.
bool same(const Repository& repository, const fs::path& file, const Entry& entry) {
  git_oid id;
  return git_repository_hashfile(&id, repository.raw(), file.c_str(), GIT_OBJECT_BLOB, nullptr) == 0 && git_oid_equal(&id, &entry.id) != 0;
}

bool folder_is_dirty(const Repository& repository, Tree& tree, const Entry& entry, const fs::path& folder, const fs::path& top) {
  Fault fault;
  std::error_code error;
  const auto kept = tree.configuration_files(entry, fault);
  const std::vector<fs::path> files = schema::configuration_files(folder, error);
  if (error || !kept || kept->size() != files.size()) return true;
  for (size_t i = 0; i < files.size(); ++i)
    if (files[i].lexically_relative(top) != (*kept)[i].path || !same(repository, files[i], (*kept)[i])) return true;
  return false;
}

std::optional<Provenance> of_path(const fs::path& path) {
  std::error_code error;
  const fs::path full = fs::canonical(path, error);
  if (error) return std::nullopt;
  const bool is_folder = fs::is_directory(full, error);
  Fault fault;
  const auto repository = Repository::open((is_folder ? full : full.parent_path()).string(), fault);
  if (!repository) return std::nullopt;
  const auto head = repository->resolve("HEAD", fault);
  const fs::path top = fs::canonical(repository->work_folder(), error);
  if (!head || error) return std::nullopt;
  Tree tree(repository->raw(), head->tree.get());
  const fs::path relative = full.lexically_relative(top);
  const auto entry = tree.find(relative == "." ? "" : relative.string(), fault);
  if (!entry) return of(*head, true);
  return of(*head, is_folder ? folder_is_dirty(*repository, tree, *entry, full, top) : !same(*repository, full, *entry));
}

}  // namespace

std::optional<Provenance> provenance(const std::string& source, const std::string& repository_folder) {
  if (source == "-") return std::nullopt;
  const auto named = parse_source(source);
  if (!named) return of_path(source);
  Fault fault;
  const auto repository = Repository::open(repository_folder, fault);
  const auto revision = repository ? repository->resolve(named->revision, fault) : std::nullopt;
  return revision ? std::optional(of(*revision, false)) : std::nullopt;
}

}  // namespace deckctl::git
