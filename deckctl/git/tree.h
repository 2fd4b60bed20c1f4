#pragma once
// Files and folders of one revision. What a repository holds is anybody's work: every size is looked at before anything is
// loaded, and a symbolic link leads nowhere but to other entries of the same tree.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "deckctl/git/handle.h"

namespace deckctl::git {

struct TreeLimits {
  size_t files_max = 10'000;         // of one folder; as many sources still fit into places
  size_t entries_max = 200'000;      // looked at on the way: a small repository may hold the same folder a billion times
  size_t depth_max = 64;             // folders in folders
  size_t blob_bytes_max = 256u << 20;
  size_t all_bytes_max = 256u << 20;
  size_t tree_bytes_max = 16u << 20;
  size_t link_bytes_max = 4096;
  size_t link_steps_max = 16;
};

struct Entry {
  enum class Kind : uint8_t { file, folder };
  std::string path;  // as it was asked for, from the top of the tree, without `.` and `..`
  git_oid id{};
  Kind kind = Kind::file;
};

class Tree {
 public:
  // Both must outlive the Tree.
  Tree(git_repository* repository, const git_tree* root, const TreeLimits& limits = {}) : repository_(repository), root_(root), limits_(limits) {}

  // The entry at `path` from the top of the tree; an empty path is the top itself. Links on the way are followed.
  std::optional<Entry> find(const std::string& path, Fault& fault);
  // The configuration files below `folder`, sorted by path, as schema/sources.h sees those of a folder on disk.
  std::optional<std::vector<Entry>> configuration_files(const Entry& folder, Fault& fault);
  std::optional<std::string> text(const Entry& file, Fault& fault);

 private:
  bool descend(const std::vector<std::string>& steps, Entry& at, std::string& next, Fault& fault);
  bool load(const git_oid& id, const std::string& path, Owned<git_tree>& tree, Fault& fault);
  bool fits(const git_oid& id, size_t bytes_max, const std::string& path, Fault& fault, size_t* bytes = nullptr);
  std::optional<std::string> link_target(const git_oid& id, const std::string& path, Fault& fault);
  bool collect(const Entry& folder, size_t depth, std::vector<Entry>& files, Fault& fault);
  bool take_entry(const git_tree_entry& found, std::string path, size_t depth, std::vector<Entry>& files, Fault& fault);

  git_repository* repository_;
  const git_tree* root_;
  TreeLimits limits_;
  size_t entries_seen_ = 0, bytes_read_ = 0;
};

}  // namespace deckctl::git
