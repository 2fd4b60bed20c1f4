#include "deckctl/git/source.h"

#include <filesystem>

#include "deckctl/git/repository.h"
#include "deckctl/git/tree.h"
#include "schema/sources.h"

namespace deckctl::git {

namespace {

namespace fs = std::filesystem;

// The colon after the revision; those inside of braces belong to it: main@{2024-05-01 12:00}, HEAD^{/fix: typo}.
size_t end_of_revision(std::string_view text) {
  size_t open = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '{') ++open;
    if (text[i] == '}' && open > 0) --open;
    if (text[i] == ':' && open == 0) return i;
  }
  return text.size();
}

// A path from the top of the repository. As for git, one that begins with a dot counts from the working directory.
std::optional<std::string> path_from_top(const Repository& repository, const std::string& path, Fault& fault) {
  if (!path.starts_with("./") && !path.starts_with("../") && path != "." && path != "..") return path;
  std::error_code error;
  const fs::path top = repository.work_folder();
  const fs::path relative = top.empty() ? fs::path() : fs::relative(fs::current_path(error), top, error);
  if (!error && !relative.empty() && *relative.begin() != "..") return (relative / path).string();
  fault = {path + ": the working directory is not inside of the repository", "write the path from the top of the repository"};
  return std::nullopt;
}

class Opening {
 public:
  Opening(const GitSource& source, std::vector<schema::Source>& sources, schema::Problems& problems)
      : source_(source), sources_(sources), problems_(problems) {}

  void run(const std::string& folder) {
    if (source_.revision.empty()) return report({"no revision is named", "write git:REV or git:REV:PATH"});
    Fault fault;
    const auto repository = Repository::open(folder, fault);
    if (!repository) return report(fault);
    const auto revision = repository->resolve(source_.revision, fault);
    if (!revision) return report(fault);
    Tree tree(repository->raw(), revision->tree.get());
    const auto path = path_from_top(*repository, source_.path, fault);
    const auto entry = path ? tree.find(*path, fault) : std::nullopt;
    if (!entry) return report(fault);
    if (entry->kind == Entry::Kind::file) return add(tree, *entry);
    const auto files = tree.configuration_files(*entry, fault);
    if (!files) return report(fault);
    if (files->empty()) return report({"holds no .yml, .yaml or .json file", ""});
    for (const Entry& file : *files) add(tree, file);
  }

 private:
  void add(Tree& tree, const Entry& file) {
    Fault fault;
    auto text = tree.text(file, fault);
    if (!text) return report(fault);
    schema::add_source(source_.revision + ":" + file.path, std::move(*text), sources_, problems_);
  }

  void report(const Fault& fault) {
    const std::string name = "git:" + source_.revision + (source_.path.empty() ? "" : ":" + source_.path);
    problems_.add({.what = name + ": " + fault.what, .hint = fault.hint});
  }

  const GitSource& source_;
  std::vector<schema::Source>& sources_;
  schema::Problems& problems_;
};

}  // namespace

std::optional<GitSource> parse_source(std::string_view text) {
  if (!text.starts_with("git:")) return std::nullopt;
  text.remove_prefix(4);
  const size_t end = end_of_revision(text);
  std::string_view path = end < text.size() ? text.substr(end + 1) : std::string_view();
  while (path.starts_with('/')) path.remove_prefix(1);
  return GitSource{std::string(text.substr(0, end)), std::string(path)};
}

void open_source(const GitSource& source, const std::string& folder, std::vector<schema::Source>& sources, schema::Problems& problems) {
  Opening(source, sources, problems).run(folder);
}

}  // namespace deckctl::git
