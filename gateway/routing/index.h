#pragma once
// Finds the few matchers that a request can fit without asking the others. Matchers are known by their position in the order tried; hosts lead
// to groups of them, and in each group a trie of path prefixes to those worth asking.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "gateway/routing/keys.h"

namespace routing {

// Many regexes with the same beginning, matched at once.
class RegexSet;

class Index {
 public:
  // keys[i] are those of the matcher at position i.
  explicit Index(const std::vector<Keys>& keys);
  ~Index();

  // The first position, in the order tried, for which `fits(position)` holds; `none` without. Every position that could fit is among those
  // asked, and none after the best found so far.
  template <typename Fits>
  uint32_t first(std::string_view host, std::string_view path, Fits fits) const {
    uint32_t best = none;
    each_group(host, [&](uint32_t root) { search(root, path, best, fits); });
    return best;
  }

  static constexpr uint32_t none = UINT32_MAX;

 private:
  // Children stand side by side; what follows a node's own text in the path picks one.
  struct Node {
    uint32_t text = 0, length = 0;     // in text_
    uint32_t children = 0, child_count = 0;
    uint32_t list = none;              // of those whose prefix ends here
  };
  struct List {
    uint32_t begin = 0, end = 0;       // in positions_, ascending
    uint32_t set = none;               // of those found by a set of regexes instead
    uint32_t set_first = none;         // the first of them
  };
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  using Groups = std::unordered_map<std::string, std::vector<uint32_t>, Hash, std::equal_to<>>;  // host -> roots

  template <typename Visit>
  void each_group(std::string_view host, Visit visit) const;
  template <typename Fits>
  void search(uint32_t root, std::string_view path, uint32_t& best, Fits& fits) const;
  template <typename Fits>
  void try_list(const List& list, std::string_view path, uint32_t& best, Fits& fits) const;
  uint32_t child_of(const Node& node, std::string_view rest) const;
  static std::vector<uint32_t> ask_set(const RegexSet& set, std::string_view path);

  struct Builder;

  std::vector<Node> nodes_;
  std::vector<char> first_;            // of each node's text: children are looked for here
  std::string text_;
  std::vector<List> lists_;
  std::vector<uint32_t> positions_;
  std::vector<std::unique_ptr<const RegexSet>> sets_;
  Groups exact_, suffixes_, prefixes_; // suffixes begin with a dot, prefixes end with one
  uint32_t any_host_ = none;
};

template <typename Visit>
void Index::each_group(std::string_view host, Visit visit) const {
  auto look = [&](const Groups& groups, std::string_view key) {
    const auto found = groups.find(key);
    if (found == groups.end()) return;
    for (uint32_t root : found->second) visit(root);
  };
  if (!exact_.empty()) look(exact_, host);
  if (!suffixes_.empty() || !prefixes_.empty())
    for (size_t dot = host.find('.'); dot != std::string_view::npos; dot = host.find('.', dot + 1)) {
      if (!suffixes_.empty()) look(suffixes_, host.substr(dot));
      if (!prefixes_.empty()) look(prefixes_, host.substr(0, dot + 1));
    }
  if (any_host_ != none) visit(any_host_);
}

template <typename Fits>
void Index::search(uint32_t root, std::string_view path, uint32_t& best, Fits& fits) const {
  std::string_view rest = path;
  for (uint32_t at = root; at != none; at = child_of(nodes_[at], rest)) {
    const Node& node = nodes_[at];
    if (!rest.starts_with(std::string_view(text_).substr(node.text, node.length))) return;
    rest.remove_prefix(node.length);
    if (node.list != none) try_list(lists_[node.list], path, best, fits);
  }
}

template <typename Fits>
void Index::try_list(const List& list, std::string_view path, uint32_t& best, Fits& fits) const {
  auto try_all = [&](std::span<const uint32_t> positions) {
    for (uint32_t position : positions) {
      if (position >= best) return;
      if (fits(position)) best = position;
    }
  };
  try_all(std::span(positions_).subspan(list.begin, list.end - list.begin));
  if (list.set != none && list.set_first < best) try_all(ask_set(*sets_[list.set], path));
}

}  // namespace routing
