#include "gateway/routing/index.h"

#include <re2/set.h>

#include <algorithm>
#include <cstring>
#include <map>

namespace routing {

namespace {

// So many regexes at one place of the trie are asked one by one; more make a set. A set costs about 1.5 KB per regex.
constexpr size_t asked_singly_max = 16;
constexpr int64_t set_bytes_per_regex = 16 << 10, set_bytes_min = 1 << 20;

bool can_be_looked_up(const HostPattern& host) {
  switch (host.kind) {
    case HostPattern::Kind::suffix: return host.text.starts_with('.');
    case HostPattern::Kind::prefix: return host.text.ends_with('.');
    default: return true;
  }
}

}  // namespace

class RegexSet {
 public:
  static re2::RE2::Options options(size_t count) {
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(set_bytes_min + static_cast<int64_t>(count) * set_bytes_per_regex);
    return options;
  }

  explicit RegexSet(size_t count) : set_(options(count), re2::RE2::ANCHOR_START) {}

  void add(const std::string& pattern, uint32_t position) {
    set_.Add(pattern, nullptr);
    positions_.push_back(position);
  }
  bool compile() { return set_.Compile(); }

  // Positions whose regex matches from the start of `path`, ascending. All of them when the set has run out of memory: they are asked singly then.
  std::vector<uint32_t> matching(std::string_view path) const {
    std::vector<int> found;
    re2::RE2::Set::ErrorInfo error{};
    if (!set_.Match({path.data(), path.size()}, &found, &error) && error.kind != re2::RE2::Set::kNoError) return positions_;
    std::vector<uint32_t> matching;
    matching.reserve(found.size());
    for (int index : found) matching.push_back(positions_[static_cast<size_t>(index)]);
    std::sort(matching.begin(), matching.end());
    return matching;
  }

 private:
  re2::RE2::Set set_;
  std::vector<uint32_t> positions_;  // by number in the set, ascending
};

struct Index::Builder {
  struct Entry {
    std::string_view prefix;
    uint32_t position;
    const schema::Regex* regex;
  };

  Index& index;
  std::vector<Entry> entries;  // of the group being built, by prefix and position

  uint32_t build_group() {
    std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.prefix != b.prefix ? a.prefix < b.prefix : a.position < b.position; });
    const uint32_t root = add_nodes(1);
    build(root, 0, entries.size(), 0, 0);
    return root;
  }

  uint32_t add_nodes(size_t count) {
    const auto first = static_cast<uint32_t>(index.nodes_.size());
    index.nodes_.resize(first + count);
    index.first_.resize(first + count);
    return first;
  }

  // `at` becomes the node of the entries [from, to), which share their first `known` octets; its own text begins after `above`.
  void build(uint32_t at, size_t from, size_t to, size_t above, size_t known) {
    Node node;
    node.text = static_cast<uint32_t>(index.text_.size());
    node.length = static_cast<uint32_t>(known - above);
    index.text_.append(entries[from].prefix.substr(above, known - above));
    size_t longer = from;
    while (longer < to && entries[longer].prefix.size() == known) ++longer;
    if (longer > from) node.list = add_list(from, longer);
    std::vector<size_t> starts;  // of the runs that go on with the same octet
    for (size_t i = longer; i < to; ++i)
      if (i == longer || entries[i].prefix[known] != entries[i - 1].prefix[known]) starts.push_back(i);
    node.child_count = static_cast<uint32_t>(starts.size());
    node.children = add_nodes(starts.size());
    index.nodes_[at] = node;
    index.first_[at] = node.length > 0 ? entries[from].prefix[above] : '\0';
    for (size_t i = 0; i < starts.size(); ++i) {
      const size_t end = i + 1 < starts.size() ? starts[i + 1] : to;
      build(node.children + static_cast<uint32_t>(i), starts[i], end, known, common_length(entries[starts[i]].prefix, entries[end - 1].prefix));
    }
  }

  // Of the first and last of a sorted run, and so of all between.
  static size_t common_length(std::string_view a, std::string_view b) {
    return static_cast<size_t>(std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin());
  }

  uint32_t add_list(size_t from, size_t to) {
    const auto is_settable = [](const Entry& entry) { return entry.regex != nullptr && entry.regex->linear_pattern() != nullptr; };
    const size_t regexes = static_cast<size_t>(std::count_if(entries.begin() + static_cast<ptrdiff_t>(from), entries.begin() + static_cast<ptrdiff_t>(to), is_settable));
    auto set = regexes > asked_singly_max ? std::make_unique<RegexSet>(regexes) : nullptr;
    List list;
    list.begin = list.end = static_cast<uint32_t>(index.positions_.size());
    std::vector<uint32_t> in_set;
    for (size_t i = from; i < to; ++i) {
      const Entry& entry = entries[i];
      if (set != nullptr && is_settable(entry)) {
        set->add(*entry.regex->linear_pattern(), entry.position);
        in_set.push_back(entry.position);
      } else {
        index.positions_.push_back(entry.position);
      }
    }
    if (set != nullptr && set->compile()) {
      list.set_first = in_set.front();
      list.set = static_cast<uint32_t>(index.sets_.size());
      index.sets_.push_back(std::move(set));
    } else {
      index.positions_.insert(index.positions_.end(), in_set.begin(), in_set.end());
    }
    std::sort(index.positions_.begin() + list.begin, index.positions_.end());
    index.positions_.erase(std::unique(index.positions_.begin() + list.begin, index.positions_.end()), index.positions_.end());
    list.end = static_cast<uint32_t>(index.positions_.size());
    index.lists_.push_back(list);
    return static_cast<uint32_t>(index.lists_.size() - 1);
  }
};

Index::Index(const std::vector<Keys>& keys) {
  // Matchers with the same hosts make one group, so that ten hosts for each of many routes do not multiply.
  using Names = std::vector<std::pair<HostPattern::Kind, std::string_view>>;
  std::map<Names, std::vector<uint32_t>> groups;
  for (uint32_t position = 0; position < keys.size(); ++position) {
    const auto& hosts = keys[position].hosts;
    Names names;
    if (std::all_of(hosts.begin(), hosts.end(), can_be_looked_up))
      for (const HostPattern& host : hosts) names.emplace_back(host.kind, host.text);
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    groups[std::move(names)].push_back(position);
  }
  Builder builder{*this, {}};
  for (const auto& [names, positions] : groups) {
    builder.entries.clear();
    for (uint32_t position : positions) {
      if (keys[position].paths.empty()) builder.entries.push_back({"", position, nullptr});
      for (const PathKey& path : keys[position].paths) builder.entries.push_back({path.prefix, position, path.regex});
    }
    const uint32_t root = builder.build_group();
    if (names.empty()) any_host_ = root;
    for (const auto& [kind, text] : names)
      (kind == HostPattern::Kind::exact ? exact_ : kind == HostPattern::Kind::suffix ? suffixes_ : prefixes_)[std::string(text)].push_back(root);
  }
  nodes_.shrink_to_fit();
  first_.shrink_to_fit();
  text_.shrink_to_fit();
  lists_.shrink_to_fit();
  positions_.shrink_to_fit();
}

Index::~Index() = default;

uint32_t Index::child_of(const Node& node, std::string_view rest) const {
  if (rest.empty() || node.child_count == 0) return none;
  const char* first = first_.data() + node.children;
  const void* found = std::memchr(first, rest.front(), node.child_count);
  return found == nullptr ? none : node.children + static_cast<uint32_t>(static_cast<const char*>(found) - first);
}

std::vector<uint32_t> Index::ask_set(const RegexSet& set, std::string_view path) { return set.matching(path); }

}  // namespace routing
