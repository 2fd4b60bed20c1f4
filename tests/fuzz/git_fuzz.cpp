// A repository that somebody else wrote: whatever its folders, links and commits say, what is read stays inside of it
// and within its limits, and names that go into reports have no control characters.
//
// An input builds the objects, then asks: B text 0x00 is a blob; T items 0xff is a folder, an item being mode, the
// object it leads to (counted from the first one), and a name that ends with 0x00; R bytes 0x00 is a folder as bytes.
// The rest is a path, a line feed, and the text of a commit.

#include <git2/sys/mempack.h>
#include <git2/sys/odb_backend.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "deckctl/git/repository.h"
#include "deckctl/git/source.h"
#include "deckctl/git/tree.h"
#include "tests/fuzz/demand.h"

namespace {

using namespace deckctl;

constexpr git::TreeLimits limits{.files_max = 8,
                                 .entries_max = 100,
                                 .depth_max = 5,
                                 .blob_bytes_max = 200,
                                 .all_bytes_max = 500,
                                 .tree_bytes_max = 400,
                                 .link_bytes_max = 50,
                                 .link_steps_max = 4};

class Input {
 public:
  Input(const uint8_t* data, size_t size) : left_(reinterpret_cast<const char*>(data), size) {}

  bool ended() const { return left_.empty(); }
  char peek() const { return left_.empty() ? '\0' : left_.front(); }
  uint8_t byte() {
    const auto value = static_cast<uint8_t>(peek());
    left_.remove_prefix(left_.empty() ? 0 : 1);
    return value;
  }
  std::string text(char end) {
    const size_t size = std::min(left_.find(end), left_.size());
    const std::string taken(left_.substr(0, size));
    left_.remove_prefix(std::min(size + 1, left_.size()));
    return taken;
  }

 private:
  std::string_view left_;
};

// Objects in memory, written as bytes: the builders of libgit2 refuse what is bad.
class Store {
 public:
  Store() {
    git_odb_backend* memory = nullptr;
    demand(git_odb_new(&objects_) == 0 && git_mempack_new(&memory) == 0 &&
           git_odb_add_backend(objects_, memory, 1) == 0);
    demand(git_repository_wrap_odb(&repository_, objects_) == 0);
  }
  ~Store() {
    git_repository_free(repository_);
    git_odb_free(objects_);
  }
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  git_oid add(const std::string& bytes, git_object_t type) {
    git_oid id{};
    demand(git_odb_write(&id, objects_, bytes.data(), bytes.size(), type) == 0);
    ids_.push_back(id);
    return id;
  }
  git_oid at(uint8_t number) const { return ids_.empty() ? git_oid{} : ids_[number % ids_.size()]; }
  git_repository* repository() const { return repository_; }

 private:
  git_odb* objects_ = nullptr;
  git_repository* repository_ = nullptr;
  std::vector<git_oid> ids_;
};

std::string id_text(const git_oid& id) {
  char text[GIT_OID_HEXSZ + 1];
  return git_oid_tostr(text, sizeof text, &id);
}

std::string folder_bytes(Input& input, const Store& store) {
  constexpr std::string_view modes[] = {"100644", "40000",  "120000", "160000", "100755", "100664",
                                        "0",      "040000", "777777", "1",      "x"};
  std::string bytes;
  while (!input.ended() && static_cast<uint8_t>(input.peek()) != 0xff) {
    const std::string_view mode = modes[input.byte() % std::size(modes)];
    const git_oid id = store.at(input.byte());
    bytes.append(mode).append(" ").append(input.text('\0')).push_back('\0');
    bytes.append(reinterpret_cast<const char*>(id.id), GIT_OID_RAWSZ);
  }
  input.byte();
  return bytes;
}

bool is_clean(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

void check_found(git::Tree& tree, const git::Entry& entry) {
  demand(!entry.path.starts_with("/") && ("/" + entry.path + "/").find("/../") == std::string::npos);
  git::Fault fault;
  if (entry.kind == git::Entry::Kind::file) {
    const auto text = tree.text(entry, fault);
    demand(text ? text->size() <= limits.blob_bytes_max : !fault.what.empty());
    return;
  }
  const auto files = tree.configuration_files(entry, fault);
  demand(files ? files->size() <= limits.files_max : !fault.what.empty());
  if (!files) return;
  for (const git::Entry& file : *files) {
    demand(is_clean(file.path.substr(std::min(entry.path.size(), file.path.size()))));
    check_found(tree, file);
  }
}

void check_tree(git_repository* repository, const git_tree* top, const std::string& path) {
  git::Tree tree(repository, top, limits);
  git::Fault fault;
  const auto all = tree.find("", fault);
  demand(all && all->kind == git::Entry::Kind::folder);
  check_found(tree, *all);
  const auto asked = tree.find(path, fault);
  if (asked)
    check_found(tree, *asked);
  else
    demand(!fault.what.empty());
}

void check_commit(git_repository* raw, const std::string& revision) {
  git_repository* own = nullptr;
  git_odb* objects = nullptr;
  demand(git_repository_odb(&objects, raw) == 0 && git_repository_wrap_odb(&own, objects) == 0);
  git_odb_free(objects);
  const git::Repository repository = git::Repository::over(git::Owned<git_repository>(own));
  git::Fault fault;
  const auto found = repository.resolve(revision, fault);
  if (!found) return demand(!fault.what.empty());
  demand(found->commit == revision && is_clean(found->author));
  check_tree(repository.raw(), found->tree.get(), "kong.yml");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const git::Library library;
  Input input(data, size);
  Store store;
  git_oid top = store.add("", GIT_OBJECT_TREE);
  for (size_t objects = 0; objects < 32 && (input.peek() == 'B' || input.peek() == 'T' || input.peek() == 'R');
       ++objects) {
    const uint8_t kind = input.byte();
    if (kind == 'B')
      store.add(input.text('\0'), GIT_OBJECT_BLOB);
    else
      top = store.add(kind == 'T' ? folder_bytes(input, store) : input.text('\0'), GIT_OBJECT_TREE);
  }
  const std::string path = input.text('\n'), words = input.text('\0');
  git_tree* tree = nullptr;
  if (git_tree_lookup(&tree, store.repository(), &top) == 0) {
    check_tree(store.repository(), tree, path);
    git_tree_free(tree);
  }
  const std::string whole = "tree " + id_text(top) + "\nauthor A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\n\nx";
  for (const std::string& commit : {whole, "tree " + id_text(top) + "\n" + words, words})
    check_commit(store.repository(), id_text(store.add(commit, GIT_OBJECT_COMMIT)));
  if (const auto source = git::parse_source("git:" + path)) {
    demand(!source->path.starts_with('/') && ("git:" + path).find(source->path) != std::string::npos);
  }
  return 0;
}
