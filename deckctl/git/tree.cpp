#include "deckctl/git/tree.h"

#include <algorithm>

#include "schema/sources.h"

namespace deckctl::git {

namespace {

namespace fs = std::filesystem;

std::string joined(const std::string& folder, std::string_view name) { return folder.empty() ? std::string(name) : folder + "/" + std::string(name); }

// Names end up in reports; one with a line break or an escape sequence would write there what it likes. One with a slash, which git
// never writes, would pass for a path.
bool is_printable(std::string_view name) {
  return std::none_of(name.begin(), name.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

// Without `.` and `..`; nullopt when it leaves the top.
std::optional<std::vector<std::string>> steps_of(const std::string& path) {
  std::vector<std::string> steps;
  for (const fs::path& part : fs::path(path)) {
    const std::string step = part.string();
    if (step.empty() || step == "." || step == "/") continue;
    if (step != "..") {
      steps.push_back(step);
    } else {
      if (steps.empty()) return std::nullopt;
      steps.pop_back();
    }
  }
  return steps;
}

std::string path_of(const std::vector<std::string>& steps, size_t count) {
  std::string path;
  for (size_t i = 0; i < count; ++i) path = joined(path, steps[i]);
  return path;
}

}  // namespace

bool Tree::fits(const git_oid& id, size_t bytes_max, const std::string& path, Fault& fault, size_t* bytes) {
  Owned<git_odb> objects;
  size_t size = 0;
  git_object_t type = GIT_OBJECT_INVALID;
  if (take(objects, git_repository_odb, repository_) != 0 || git_odb_read_header(&size, &type, objects.get(), &id) != 0) {
    fault = {path + ": is not in this clone: " + last_words(), "nothing is fetched here: git fetch it first"};
    return false;
  }
  if (bytes != nullptr) *bytes = size;
  if (size <= bytes_max) return true;
  fault = {path + ": is " + std::to_string(size) + " bytes large, at most " + std::to_string(bytes_max) + " are read", ""};
  return false;
}

bool Tree::load(const git_oid& id, const std::string& path, Owned<git_tree>& tree, Fault& fault) {
  if (!fits(id, limits_.tree_bytes_max, path.empty() ? "the top folder" : path, fault)) return false;
  if (take(tree, git_tree_lookup, repository_, &id) == 0) return true;
  fault = {path + ": cannot be read: " + last_words(), ""};
  return false;
}

std::optional<std::string> Tree::link_target(const git_oid& id, const std::string& path, Fault& fault) {
  if (!fits(id, limits_.link_bytes_max, path, fault)) return std::nullopt;
  Owned<git_blob> blob;
  if (take(blob, git_blob_lookup, repository_, &id) != 0) {
    fault = {path + ": cannot be read: " + last_words(), ""};
    return std::nullopt;
  }
  return std::string(static_cast<const char*>(git_blob_rawcontent(blob.get())), static_cast<size_t>(git_blob_rawsize(blob.get())));
}

// Goes down to `steps`, or to the first link on the way; `next` is then the path to go on with.
bool Tree::descend(const std::vector<std::string>& steps, Entry& at, std::string& next, Fault& fault) {
  for (size_t i = 0; i < steps.size(); ++i) {
    Owned<git_tree> tree;
    if (at.kind == Entry::Kind::folder && !load(at.id, path_of(steps, i), tree, fault)) return false;
    const git_tree_entry* found = tree != nullptr ? git_tree_entry_byname(tree.get(), steps[i].c_str()) : nullptr;
    const std::string here = path_of(steps, i + 1);
    if (found == nullptr) return fault = {here + ": no such file or folder in this revision", ""}, false;
    const git_filemode_t mode = git_tree_entry_filemode(found);
    if (mode == GIT_FILEMODE_COMMIT) return fault = {here + ": is a submodule, another repository", "name that one with --repository"}, false;
    at.id = *git_tree_entry_id(found);
    at.kind = mode == GIT_FILEMODE_TREE ? Entry::Kind::folder : Entry::Kind::file;
    if (mode != GIT_FILEMODE_LINK) continue;
    const auto target = link_target(at.id, here, fault);
    if (!target) return false;
    if (target->empty() || target->front() == '/' || !is_printable(*target)) return fault = {here + ": the symbolic link leads out of the repository", ""}, false;
    next = joined(path_of(steps, i), *target);
    for (size_t k = i + 1; k < steps.size(); ++k) next = joined(next, steps[k]);
    return true;
  }
  return true;
}

std::optional<Entry> Tree::find(const std::string& path, Fault& fault) {
  std::string wanted = path, asked;
  for (size_t links = 0; links <= limits_.link_steps_max; ++links) {
    const auto steps = steps_of(wanted);
    if (!steps) {
      fault = {path + ": leads out of the repository", ""};
      return std::nullopt;
    }
    if (links == 0) asked = path_of(*steps, steps->size());
    Entry at{asked, *git_tree_id(root_), Entry::Kind::folder};
    std::string next;
    if (!descend(*steps, at, next, fault)) return std::nullopt;
    if (next.empty()) return at;
    wanted = std::move(next);
  }
  fault = {path + ": too many symbolic links", ""};
  return std::nullopt;
}

bool Tree::take_entry(const git_tree_entry& found, std::string path, size_t depth, std::vector<Entry>& files, Fault& fault) {
  const git_filemode_t mode = git_tree_entry_filemode(&found);
  Entry entry{std::move(path), *git_tree_entry_id(&found), Entry::Kind::file};
  if (mode == GIT_FILEMODE_TREE) {
    entry.kind = Entry::Kind::folder;
    return collect(entry, depth + 1, files, fault);
  }
  if (mode == GIT_FILEMODE_COMMIT || !schema::has_configuration_ending(entry.path)) return true;
  if (mode == GIT_FILEMODE_LINK) {
    auto target = find(entry.path, fault);
    if (!target) return false;
    if (target->kind == Entry::Kind::folder) return true;
    entry = std::move(*target);
  }
  files.push_back(std::move(entry));
  if (files.size() <= limits_.files_max) return true;
  fault = {"holds more than " + std::to_string(limits_.files_max) + " configuration files", ""};
  return false;
}

bool Tree::collect(const Entry& folder, size_t depth, std::vector<Entry>& files, Fault& fault) {
  if (depth > limits_.depth_max) {
    fault = {folder.path + ": nested more than " + std::to_string(limits_.depth_max) + " folders deep", ""};
    return false;
  }
  Owned<git_tree> tree;
  if (!load(folder.id, folder.path, tree, fault)) return false;
  for (size_t i = 0; i < git_tree_entrycount(tree.get()); ++i) {
    if (++entries_seen_ > limits_.entries_max) {
      fault = {"more than " + std::to_string(limits_.entries_max) + " files and folders", "name the folder that holds the configuration"};
      return false;
    }
    const git_tree_entry* found = git_tree_entry_byindex(tree.get(), i);
    const std::string_view name = git_tree_entry_name(found);
    if (schema::is_hidden(name)) continue;
    if (!is_printable(name) || name.find('/') != std::string_view::npos) {
      fault = {folder.path + ": a name with control characters or a slash stands there", ""};
      return false;
    }
    if (!take_entry(*found, joined(folder.path, name), depth, files, fault)) return false;
  }
  return true;
}

std::optional<std::vector<Entry>> Tree::configuration_files(const Entry& folder, Fault& fault) {
  std::vector<Entry> files;
  if (!collect(folder, 0, files, fault)) return std::nullopt;
  // By path and not by text: a folder `a` comes before a file `a.yml`, as it does on disk.
  std::sort(files.begin(), files.end(), [](const Entry& a, const Entry& b) { return fs::path(a.path) < fs::path(b.path); });
  return files;
}

std::optional<std::string> Tree::text(const Entry& file, Fault& fault) {
  size_t bytes = 0;
  if (!fits(file.id, limits_.blob_bytes_max, file.path, fault, &bytes)) return std::nullopt;
  bytes_read_ += bytes;
  if (bytes_read_ > limits_.all_bytes_max) {
    fault = {"the files together are larger than " + std::to_string(limits_.all_bytes_max) + " bytes", ""};
    return std::nullopt;
  }
  Owned<git_blob> blob;
  if (take(blob, git_blob_lookup, repository_, &file.id) != 0) {
    fault = {file.path + ": cannot be read: " + last_words(), ""};
    return std::nullopt;
  }
  std::string text(static_cast<const char*>(git_blob_rawcontent(blob.get())), static_cast<size_t>(git_blob_rawsize(blob.get())));
  if (!text.starts_with("version https://git-lfs.github.com/")) return text;
  fault = {file.path + ": is kept in Git LFS, so the revision holds a pointer and not the text", "keep configurations in git itself"};
  return std::nullopt;
}

}  // namespace deckctl::git
