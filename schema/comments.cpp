#include "schema/comments.h"

#include <algorithm>
#include <map>
#include <unordered_set>

namespace schema {

namespace {

// A node at the start of which a comment can be tied: a member by its name, an item by itself.
struct Anchorage {
  Place place;
  size_t column = 0;  // of its name or dash; 0 inside of [] and {}
  bool member = false;
};

class Finder {
 public:
  Finder(std::string_view text, uint16_t file, Comments& comments) : text_(text), file_(file), comments_(comments) {
    for (size_t at = 0; at <= text.size();) {
      starts_.push_back(at);
      const size_t end = text.find('\n', at);
      if (end == std::string_view::npos) break;
      at = end + 1;
    }
  }

  void run(const Value& root) {
    add_nodes(root);
    next_ = nodes_.begin();
    for (size_t line = 1; line <= starts_.size(); ++line) take_line(line);
    settle_end();
  }

 private:
  std::string_view line_text(size_t line) const {
    const size_t end = line < starts_.size() ? starts_[line] : text_.size();
    std::string_view text = text_.substr(starts_[line - 1], end - starts_[line - 1]);
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
    return text;
  }

  void add_nodes(const Value& value) {
    if (value.is_array()) {
      for (const Value& item : value.items()) {
        add_node(item.place, dash_column(item.place), false);
        add_below(item);
      }
    } else if (value.is_object()) {
      for (const Member& member : value.members()) {
        add_node(member.name_place, member.name_place.column, true);
        add_below(member.value);
      }
    }
  }

  // A shared value is walked once: where its anchor stands.
  void add_below(const Value& value) {
    if (value.place.file == file_ && value.place.line > 0) texts_.insert(place_key(value.place));
    if (!seen(value)) add_nodes(value);
  }

  bool seen(const Value& value) {
    const void* storage = value.is_array() ? static_cast<const void*>(value.items().data()) : value.is_object() ? value.members().data() : nullptr;
    return storage != nullptr && !storages_.insert(storage).second;
  }

  // The first name of a record in a list is also where the record stands.
  void add_node(Place place, size_t column, bool member) {
    if (place.file != file_ || place.line == 0) return;
    Anchorage& node = nodes_.try_emplace(place_key(place), Anchorage{place, column, member}).first->second;
    node.member = node.member || member;
    texts_.insert(place_key(place));
  }

  // Where the dash of a list's item stands; 0 when there is none: the list is one in brackets.
  size_t dash_column(Place place) const {
    if (place.line == 0 || place.line > starts_.size() || place.file != file_) return 0;
    const std::string_view line = line_text(place.line).substr(0, place.column - 1u);
    const size_t last = line.find_last_not_of(' ');
    return last != std::string_view::npos && line[last] == '-' ? last + 1 : 0;
  }

  void take_line(size_t line) {
    const std::string_view text = line_text(line);
    const size_t first = text.find_first_not_of(" \t");
    const bool inside = open_quote_ != 0 || block_indent_ > 0;
    if (block_indent_ > 0 && first != std::string_view::npos && first >= block_indent_) {
      pending_.clear();
      return;
    }
    if (block_indent_ > 0 && first != std::string_view::npos) block_indent_ = 0;
    if (first == std::string_view::npos) {
      if (open_quote_ == 0 && (pending_.empty() || !pending_.back().text.empty())) pending_.push_back({{}, 0});
      return;
    }
    if (open_quote_ == 0 && text[first] == '#') {
      pending_.push_back({std::string(text.substr(first)), first + 1});
      return;
    }
    if (!inside && nodes_before_ == 0 && (text == "---" || text.starts_with("--- #"))) return take_marker(text);
    take_content(line, text, first);
  }

  void take_marker(std::string_view text) {
    for (Pending& one : pending_) comments_.header.push_back(std::move(one.text));
    pending_.clear();
    if (file_ == 0) comments_.header.emplace_back(text);
  }

  void take_content(size_t line, std::string_view text, size_t first) {
    auto begin = next_;
    while (next_ != nodes_.end() && next_->second.place.line <= line) ++next_;
    const Anchorage* here = nullptr;
    for (auto at = begin; at != next_; ++at)
      if (here == nullptr || (at->second.member && !here->member)) here = &at->second;
    if (begin != next_) settle_pending(begin->second.place, first + 1, begin);
    const std::string comment = comment_in(line, text);
    if (comment.empty()) return;
    if (here == nullptr && begin != nodes_.begin()) here = &std::prev(begin)->second;
    if (here != nullptr) comments_.beside.try_emplace(place_key(here->place), comment);
  }

  struct Pending {
    std::string text;
    size_t column;
  };

  // Comments that stand deeper than what follows belong to what stands before them.
  void settle_pending(Place place, size_t column, std::map<uint64_t, Anchorage>::iterator upcoming) {
    if (nodes_before_ == 0) split_header();
    settle_after(column, upcoming);
    Lines& lines = comments_.before[place_key(place)];
    for (Pending& one : pending_) lines.push_back(std::move(one.text));
    pending_.clear();
    ++nodes_before_;
  }

  // What is set apart from the first node by a blank line speaks of the whole file.
  void split_header() {
    size_t last = 0;
    for (size_t i = 0; i < pending_.size(); ++i)
      if (pending_[i].text.empty()) last = i + 1;
    if (last <= 1 && (pending_.empty() || pending_[0].text.empty())) return;
    for (size_t i = 0; i < last; ++i) comments_.header.push_back(std::move(pending_[i].text));
    pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(last));
  }

  void settle_after(size_t column, std::map<uint64_t, Anchorage>::iterator upcoming) {
    size_t count = 0;
    const Anchorage* owner = nullptr;
    bool item = false;
    for (size_t i = 0; i < pending_.size(); ++i) {
      if (pending_[i].text.empty()) continue;
      if (pending_[i].column <= column) break;
      if (owner == nullptr) {
        owner = last_at(pending_[i].column, upcoming);
        if (owner == nullptr) break;
        item = !owner->member || pending_[i].column < owner->place.column;
      }
      count = i + 1;
    }
    if (count == 0) return;
    Lines& lines = (item ? comments_.after_item : comments_.after)[place_key(owner->place)];
    for (size_t i = 0; i < count; ++i) lines.push_back(std::move(pending_[i].text));
    pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(count));
  }

  const Anchorage* last_at(size_t column, std::map<uint64_t, Anchorage>::iterator upcoming) const {
    while (upcoming != nodes_.begin()) {
      --upcoming;
      if (upcoming->second.column > 0 && upcoming->second.column <= column) return &upcoming->second;
    }
    return nullptr;
  }

  void settle_end() {
    settle_after(1, nodes_.end());
    while (!pending_.empty() && pending_.back().text.empty()) pending_.pop_back();
    for (Pending& one : pending_) comments_.end.push_back(std::move(one.text));
  }

  // The comment at the end of a line, "" when there is none. Keeps track of texts that go on over the end of the line.
  std::string comment_in(size_t line, std::string_view text) {
    for (size_t i = 0; i < text.size(); ++i) {
      if (open_quote_ != 0) {
        i = skip_quoted(text, i);
        continue;
      }
      if (text[i] == '#' && i > 0 && (text[i - 1] == ' ' || text[i - 1] == '\t')) return std::string(text.substr(i));
      if (std::string_view("\"'|>&!").find(text[i]) == std::string_view::npos) continue;
      const Place here{static_cast<uint32_t>(line), static_cast<uint16_t>(std::min<size_t>(i + 1, 65535)), file_};
      if (texts_.count(place_key(here)) == 0) continue;
      // A tag or an anchor may stand before the text itself.
      while (i < text.size() && (text[i] == '&' || text[i] == '!')) i = std::min(text.find_first_not_of(' ', std::min(text.find(' ', i), text.size())), text.size());
      if (i >= text.size()) return {};
      if (text[i] == '"' || text[i] == '\'') open_quote_ = text[i];
      if (text[i] == '|' || text[i] == '>') begin_block(line, text);
    }
    return {};
  }

  // The position of the closing quote, or the last one of the line.
  size_t skip_quoted(std::string_view text, size_t i) {
    for (; i < text.size(); ++i) {
      if (open_quote_ == '"' && text[i] == '\\') {
        ++i;
      } else if (text[i] == open_quote_) {
        if (open_quote_ == '\'' && i + 1 < text.size() && text[i + 1] == '\'') {
          ++i;
          continue;
        }
        open_quote_ = 0;
        return i;
      }
    }
    return text.size();
  }

  // The lines of a block text are indented like its first one that is not empty, and deeper than the line that opens it.
  void begin_block(size_t line, std::string_view text) {
    const size_t opening = text.find_first_not_of(" ");
    for (size_t below = line + 1; below <= starts_.size(); ++below) {
      const size_t first = line_text(below).find_first_not_of(' ');
      if (first == std::string_view::npos) continue;
      if (first > opening) block_indent_ = first;
      return;
    }
  }

  std::string_view text_;
  uint16_t file_;
  Comments& comments_;
  std::vector<size_t> starts_;               // of the lines
  std::map<uint64_t, Anchorage> nodes_;      // in the order of the text
  std::unordered_set<uint64_t> texts_;       // where a name or value begins
  std::unordered_set<const void*> storages_;
  std::map<uint64_t, Anchorage>::iterator next_;
  std::vector<Pending> pending_;
  size_t nodes_before_ = 0, block_indent_ = 0;
  char open_quote_ = 0;
};

}  // namespace

void find_comments(std::string_view text, uint16_t file, const Value& root, Comments& comments) { Finder(text, file, comments).run(root); }

}  // namespace schema
