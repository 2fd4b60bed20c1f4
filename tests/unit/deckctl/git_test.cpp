// Repositories written object by object, so that they can hold what git itself would not write.

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "deckctl/git/provenance.h"
#include "deckctl/git/repository.h"
#include "deckctl/git/source.h"
#include "deckctl/git/tree.h"

namespace fs = std::filesystem;
using namespace deckctl;

namespace {

struct TreeItem {
  std::string name;
  git_filemode_t mode;
  git_oid id;
};

class Store {
 public:
  explicit Store(bool bare = true) {
    git_libgit2_init();
    char pattern[] = "/tmp/deckctl_git_XXXXXX";
    folder_ = mkdtemp(pattern);
    REQUIRE(git_repository_init(&repository_, folder_.c_str(), bare ? 1 : 0) == 0);
  }
  ~Store() {
    git_repository_free(repository_);
    git_libgit2_shutdown();
    fs::remove_all(folder_);
  }
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  git_oid blob(std::string_view text) {
    git_oid id;
    REQUIRE(git_blob_create_from_buffer(&id, repository_, text.data(), text.size()) == 0);
    return id;
  }
  // Written as bytes: the builder of libgit2 refuses bad names.
  git_oid tree(const std::vector<TreeItem>& items) {
    std::string bytes;
    for (const TreeItem& item : items) {
      char mode[16];
      std::snprintf(mode, sizeof mode, "%o", static_cast<unsigned>(item.mode));
      bytes.append(mode).append(" ").append(item.name).push_back('\0');
      bytes.append(reinterpret_cast<const char*>(item.id.id), GIT_OID_RAWSZ);
    }
    git_odb* objects = nullptr;
    git_oid id;
    REQUIRE(git_repository_odb(&objects, repository_) == 0);
    REQUIRE(git_odb_write(&id, objects, bytes.data(), bytes.size(), GIT_OBJECT_TREE) == 0);
    git_odb_free(objects);
    return id;
  }
  std::string commit(const git_oid& tree_id) {
    git_tree* top = nullptr;
    git_signature* author = nullptr;
    git_oid id;
    REQUIRE(git_tree_lookup(&top, repository_, &tree_id) == 0);
    REQUIRE(git_signature_new(&author, "Ada", "ada@example.com", 1'700'000'000, 60) == 0);
    REQUIRE(git_commit_create(&id, repository_, nullptr, author, author, nullptr, "one", top, 0, nullptr) == 0);
    git_reference* branch = nullptr;
    git_reference_create(&branch, repository_, "refs/heads/main", &id, 1, "one");
    git_repository_set_head(repository_, "refs/heads/main");
    git_reference_free(branch);
    git_signature_free(author);
    git_tree_free(top);
    char text[GIT_OID_HEXSZ + 1];
    return git_oid_tostr(text, sizeof text, &id);
  }
  const std::string& folder() const { return folder_; }

 private:
  std::string folder_;
  git_repository* repository_ = nullptr;
};

constexpr git_filemode_t file = GIT_FILEMODE_BLOB, folder = GIT_FILEMODE_TREE, symlink_mode = GIT_FILEMODE_LINK;

struct Read {
  std::vector<schema::Source> sources;
  schema::Problems problems;

  Read(const Store& store, const std::string& text) { git::open_source(*git::parse_source(text), store.folder(), sources, problems); }
  std::string names() const {
    std::string all;
    for (const schema::Source& source : sources) all.append(all.empty() ? "" : " ").append(source.name);
    return all;
  }
  std::string what() const { return problems.all().empty() ? "" : problems.all()[0].what; }
  std::string hint() const { return problems.all().empty() ? "" : problems.all()[0].hint; }
};

}  // namespace

TEST_CASE("a git source is a revision and a path; colons in braces belong to the revision") {
  CHECK_FALSE(git::parse_source("kong.yml"));
  CHECK_FALSE(git::parse_source("./git:HEAD"));
  auto parts = [](std::string_view text) {
    const auto source = git::parse_source(text);
    return source ? source->revision + "|" + source->path : "none";
  };
  CHECK(parts("git:HEAD") == "HEAD|");
  CHECK(parts("git:HEAD:") == "HEAD|");
  CHECK(parts("git:main:kong/kong.yml") == "main|kong/kong.yml");
  CHECK(parts("git:main:/kong.yml") == "main|kong.yml");
  CHECK(parts("git:main@{2024-05-01 12:00}:a.yml") == "main@{2024-05-01 12:00}|a.yml");
  CHECK(parts("git:HEAD^{/fix: typo}") == "HEAD^{/fix: typo}|");
  CHECK(parts("git:") == "|");
}

TEST_CASE("a folder of a revision gives its configuration files in the order of a folder on disk") {
  Store store;
  const git_oid text = store.blob("_format_version: \"3.0\"\n");
  const git_oid inner = store.tree({{".hidden.yml", file, text}, {"z.JSON", file, text}});
  const git_oid hidden = store.tree({{"ci.yml", file, text}});
  store.commit(store.tree({{".github", folder, hidden}, {"README.md", file, text}, {"a.yml", file, text}, {"a", folder, inner}, {"b.yaml", file, text}}));
  const Read read(store, "git:main");
  CHECK(read.names() == "main:a/z.JSON main:a.yml main:b.yaml");
  CHECK(Read(store, "git:main:a/").names() == "main:a/z.JSON");
  CHECK(Read(store, "git:main:b.yaml").names() == "main:b.yaml");
  CHECK(Read(store, "git:main:README.md").names() == "main:README.md");
}

TEST_CASE("what a revision does not hold is a problem and never an empty configuration") {
  Store store;
  const git_oid empty = store.blob(" \n");
  store.commit(store.tree({{"empty.yml", file, empty}, {"lfs.yml", file, store.blob("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 3\n")},
                           {"none", folder, store.tree({{"x.txt", file, empty}})}}));
  CHECK(Read(store, "git:main:empty.yml").what() == "main:empty.yml: is empty");
  CHECK(Read(store, "git:main:lfs.yml").what() == "git:main:lfs.yml: lfs.yml: is kept in Git LFS, so the revision holds a pointer and not the text");
  CHECK(Read(store, "git:main:none").what() == "git:main:none: holds no .yml, .yaml or .json file");
  CHECK(Read(store, "git:main:gone.yml").what() == "git:main:gone.yml: gone.yml: no such file or folder in this revision");
  CHECK(Read(store, "git:main:empty.yml/x").what() == "git:main:empty.yml/x: empty.yml/x: no such file or folder in this revision");
  CHECK(Read(store, "git:main:none/../../x").what() == "git:main:none/../../x: none/../../x: leads out of the repository");
  CHECK(Read(store, "git:mian").what() == "git:mian: unknown revision 'mian'");
  CHECK(Read(store, "git:").what() == "git:: no revision is named");
  for (const char* text : {"git:main:empty.yml", "git:main:lfs.yml", "git:main:none", "git:main:gone.yml", "git:mian", "git:"}) CHECK(Read(store, text).sources.empty());
}

TEST_CASE("a repository without a commit, and no repository at all, are said as such") {
  Store store;
  const Read read(store, "git:HEAD");
  CHECK(read.what() == "git:HEAD: unknown revision 'HEAD'");
  CHECK(read.hint() == "the repository has no commit yet");
  git::Fault fault;
  CHECK_FALSE(git::Repository::open("/proc", fault));
  CHECK(fault.what == "no git repository in /proc or above it");
}

TEST_CASE("symbolic links in a tree lead to entries of the same tree only") {
  Store store;
  const git_oid text = store.blob("services: []\n");
  const git_oid real = store.tree({{"kong.yml", file, text}});
  store.commit(store.tree({{"absolute.yml", symlink_mode, store.blob("/etc/passwd")}, {"current", symlink_mode, store.blob("real")},
                           {"inside", folder, store.tree({{"up.yml", symlink_mode, store.blob("../real/kong.yml")}})}, {"loop", symlink_mode, store.blob("loop")},
                           {"outside.yml", symlink_mode, store.blob("../../etc/passwd")}, {"real", folder, real}}));
  CHECK(Read(store, "git:main:current").names() == "main:current/kong.yml");
  CHECK(Read(store, "git:main:current/kong.yml").names() == "main:current/kong.yml");
  CHECK(Read(store, "git:main:inside").sources.at(0).text == "services: []\n");
  CHECK(Read(store, "git:main:absolute.yml").what() == "git:main:absolute.yml: absolute.yml: the symbolic link leads out of the repository");
  CHECK(Read(store, "git:main:outside.yml").what() == "git:main:outside.yml: outside.yml: leads out of the repository");
  CHECK(Read(store, "git:main:loop").what() == "git:main:loop: loop: too many symbolic links");
  CHECK(Read(store, "git:main").sources.empty());
}

TEST_CASE("names with control characters are not repeated in reports") {
  Store store;
  store.commit(store.tree({{"a\n::error::b.yml", file, store.blob("x: 1\n")}}));
  const Read read(store, "git:main");
  CHECK(read.sources.empty());
  CHECK(read.what().find('\n') == std::string::npos);
  CHECK(read.what().find("control characters") != std::string::npos);
}

TEST_CASE("a name with a slash, which git never writes, does not pass for a path") {
  Store store;
  store.commit(store.tree({{"a/../../b.yml", file, store.blob("x: 1\n")}}));
  const Read read(store, "git:main");
  CHECK(read.sources.empty());
  CHECK(read.what().find("slash") != std::string::npos);
}

TEST_CASE("limits hold before anything large is loaded") {
  Store store;
  const git_oid text = store.blob("services: []\n");
  // Thirty trees that hold the one below ten times each: 10^30 files in a few hundred bytes.
  git_oid level = store.tree({{"x.yml", file, text}});
  for (int depth = 0; depth < 30; ++depth) {
    std::vector<TreeItem> items;
    for (char name = 'a'; name < 'k'; ++name) items.push_back({std::string(1, name), folder, level});
    level = store.tree(items);
  }
  store.commit(level);
  CHECK(Read(store, "git:main").problems.any_error());
  CHECK(Read(store, "git:main").sources.empty());

  git::Fault fault;
  const auto repository = git::Repository::open(store.folder(), fault);
  const auto revision = repository->resolve("main", fault);
  auto limited = [&](git::TreeLimits limits) {
    git::Tree tree(repository->raw(), revision->tree.get(), limits);
    const auto top = tree.find("", fault);
    if (top) tree.configuration_files(*top, fault);
    return fault.what;
  };
  CHECK(limited({.entries_max = 100}) == "more than 100 files and folders");
  CHECK(limited({.depth_max = 3}) == "a/a/a/a: nested more than 3 folders deep");
  CHECK(limited({.tree_bytes_max = 10}).find("at most 10 are read") != std::string::npos);
  git::Tree tree(repository->raw(), revision->tree.get(), {.blob_bytes_max = 5});
  std::string path;
  for (int depth = 0; depth < 30; ++depth) path += "a/";
  const auto entry = tree.find(path + "x.yml", fault);
  REQUIRE(entry);
  CHECK_FALSE(tree.text(*entry, fault));
  CHECK(fault.what.find("is 13 bytes large, at most 5 are read") != std::string::npos);
}

TEST_CASE("provenance names the commit, its author and time, and whether what was read is what the commit holds") {
  Store store(false);
  const std::string text = "_format_version: \"3.0\"\n";
  const std::string commit = store.commit(store.tree({{"conf", folder, store.tree({{"kong.yml", file, store.blob(text)}})}}));
  fs::create_directory(store.folder() + "/conf");
  const std::string path = store.folder() + "/conf/kong.yml";
  std::ofstream(path) << text;
  auto dirty = [](const std::string& source) {
    const auto known = git::provenance(source);
    return known && known->dirty;
  };
  const auto known = git::provenance(path);
  REQUIRE(known);
  CHECK(known->commit == commit);
  CHECK(known->author == "Ada <ada@example.com>");
  CHECK(known->time_s == 1'700'000'000);
  CHECK_FALSE(known->dirty);
  CHECK_FALSE(dirty(store.folder() + "/conf"));
  CHECK_FALSE(dirty(store.folder()));
  CHECK(git::provenance("git:main:conf/kong.yml", store.folder())->commit == commit);

  std::ofstream(store.folder() + "/conf/.gitignore") << "extra.yml\n";
  CHECK_FALSE(dirty(store.folder() + "/conf"));
  std::ofstream(store.folder() + "/conf/extra.yml") << text;
  CHECK(dirty(store.folder() + "/conf"));
  CHECK(dirty(store.folder() + "/conf/extra.yml"));
  CHECK_FALSE(dirty(path));
  std::ofstream(path) << text << "services: []\n";
  CHECK(dirty(path));
  CHECK_FALSE(git::provenance("git:main:conf", store.folder())->dirty);
  CHECK_FALSE(git::provenance("-"));
  CHECK_FALSE(git::provenance("/proc/version"));
  CHECK_FALSE(git::provenance("git:nothing", store.folder()));
}
