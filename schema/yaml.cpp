#include "schema/yaml.h"

#include <yaml-cpp/anchor.h>
#include <yaml-cpp/emitterstyle.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <istream>
#include <streambuf>
#include <unordered_map>

#include "schema/check.h"
#include "schema/excerpt.h"
#include "schema/utf8.h"
#include "schema/yaml_writer.h"

namespace schema {

namespace {

// Ends the parser from inside an event. Never leaves this file.
struct Stop {};

// A stream over text that is there already.
class TextBuffer : public std::streambuf {
 public:
  explicit TextBuffer(std::string_view text) {
    char* begin = const_cast<char*>(text.data());
    setg(begin, begin, begin + text.size());
  }
};

// decK's templates are texts to us, but their quotes and brackets have a meaning in YAML: `"${{ env "DECK_X" }}"`, `[${{ env "DECK_X" }}]`.
// So they are read as controls, which no document holds, and put back afterwards; columns stay what they are.
constexpr std::string_view marks = "\"{},[]";
constexpr std::string_view controls = "\x01\x02\x03\x05\x06\x07";

// A line break, a name's colon or a comment divides what only looks like a template.
bool is_in_one_scalar(std::string_view text) {
  for (std::string_view border : {"\n", ": ", ":\t", " #", "\t#"})
    if (text.find(border) != std::string_view::npos) return false;
  return true;
}

std::string masked(std::string_view text) {
  std::string out(text);
  for (size_t at = text.find("${{"); at != std::string_view::npos; at = text.find("${{", at)) {
    const size_t close = text.find("}}", at);
    const size_t end = close == std::string_view::npos ? close : close + 2;
    if (end == std::string_view::npos) break;
    if (is_in_one_scalar(text.substr(at, end - at)))
      for (size_t i = at; i < end; ++i) {
        const size_t mark = marks.find(text[i]);
        // An escaped quote means that the author has seen to it.
        if (mark != std::string_view::npos && !(text[i] == '"' && text[i - 1] == '\\')) out[i] = controls[mark];
      }
    at = end;
  }
  return out;
}

// In double quotes only between the marks of a template: elsewhere a control was written as an escape. YAML may have divided a template
// that stands in no quotes, so there all come back.
std::string unmasked(std::string text, bool may_have_escapes) {
  if (!may_have_escapes) {
    for (char& c : text)
      if (const size_t mark = controls.find(c); mark != std::string_view::npos) c = marks[mark];
    return text;
  }
  constexpr std::string_view open = "$\x02\x02", close = "\x03\x03";
  for (size_t at = text.find(open); at != std::string::npos; at = text.find(open, at)) {
    const size_t end = std::min(text.find(close, at), text.size() - close.size()) + close.size();
    for (; at < end; ++at)
      if (const size_t mark = controls.find(text[at]); mark != std::string_view::npos) text[at] = marks[mark];
  }
  return text;
}

// yaml-cpp writes the escapes \N (next line) and \_ (no-break space) as single bytes, U+0085 and U+00A0 of Latin-1.
std::string with_latin_escapes(std::string text) {
  for (size_t at = utf8_fault(text); at != std::string::npos && (text[at] & 0xc0) == 0x80; at = utf8_fault(text)) text.insert(at, 1, '\xc2');
  return text;
}

class TreeBuilder : public YAML::EventHandler {
 public:
  // `masked`: the text with its templates masked; empty when it has none.
  TreeBuilder(uint16_t file, std::string_view masked, Arena& arena, Problems& problems, const ReadLimits& limits)
      : file_(file), masked_(masked), arena_(arena), problems_(problems), limits_(limits) {}

  Value root() const { return root_; }
  bool any_document() const { return documents_ > 0; }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ > 1) fail(mark, "a second document begins; only one is read");
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { put(mark, Value(), anchor, 1); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    auto found = anchors_.find(anchor);
    if (found == anchors_.end()) fail(mark, "an alias stands inside its own anchor");
    count(mark, found->second.nodes - 1);
    put(mark, found->second.value, 0, found->second.nodes);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, const std::string& text) override {
    const std::string_view kept = arena_.copy(clean(mark, text));
    Value value = tag == "?" || tag.empty() ? plain_scalar(kept) : tagged(mark, tag, kept);
    put(mark, value, anchor, 1, kept, tag == "?" || tag.empty());
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor, YAML::EmitterStyle::value) override { open(mark, anchor, false); }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor, YAML::EmitterStyle::value) override { open(mark, anchor, true); }
  void OnMapEnd() override { close(); }

 private:
  struct Level {
    bool map = false, has_key = false;
    Place place, key_place;
    YAML::anchor_t anchor = 0;
    std::string_view key;
    bool merge_key = false;
    std::vector<Value> items;
    std::vector<Member> members;
    std::vector<Value> merges;      // of `<<`, in order
    bool merged = false;
    Member* repeats = nullptr;      // the earlier member of the key at hand
    std::unordered_map<std::string_view, size_t> index;  // of the members, once there are many
    size_t nodes = 1;               // in here, aliases written out

    // As new, but with the room that an earlier one at this depth has made.
    void begin() {
      has_key = merge_key = merged = false;
      repeats = nullptr;
      nodes = 1;
      items.clear();
      members.clear();
      merges.clear();
      index.clear();
    }
  };
  struct Anchored {
    Value value;
    size_t nodes;
  };

  Place place(const YAML::Mark& mark) const {
    return {static_cast<uint32_t>(mark.line + 1), static_cast<uint16_t>(std::min(mark.column + 1, 65535)), file_};
  }

  [[noreturn]] void fail(const YAML::Mark& mark, std::string what, std::string hint = {}) {
    problems_.add({.place = place(mark), .what = "YAML: " + std::move(what), .hint = std::move(hint)});
    throw Stop();
  }

  std::string clean(const YAML::Mark& mark, const std::string& text) const {
    const std::string whole = utf8_fault(text) == std::string::npos ? text : with_latin_escapes(text);
    return masked_.empty() ? whole : unmasked(whole, may_have_escapes(mark));
  }

  // A tag or an anchor may hide the quotes.
  bool may_have_escapes(const YAML::Mark& mark) const {
    const auto at = static_cast<size_t>(mark.pos);
    return at >= masked_.size() || std::string_view("\"&!").find(masked_[at]) != std::string_view::npos;
  }

  Value tagged(const YAML::Mark& mark, const std::string& tag, std::string_view text) {
    if (tag == "!" || tag == "tag:yaml.org,2002:str") return Value::text(text);
    Value plain = plain_scalar(text);
    if (tag == "tag:yaml.org,2002:int" || tag == "tag:yaml.org,2002:bool" || tag == "tag:yaml.org,2002:null" || tag == "tag:yaml.org,2002:float") return plain;
    if (tag == "tag:yaml.org,2002:binary") return Value::text(text);
    fail(mark, "unknown tag " + tag);
  }

  void open(const YAML::Mark& mark, YAML::anchor_t anchor, bool map) {
    if (depth_ >= limits_.depth_max) fail(mark, "nested too deeply");
    if (depth_ > 0 && levels_[depth_ - 1].map && !levels_[depth_ - 1].has_key) fail(mark, "a key must be a scalar");
    if (depth_ == levels_.size()) levels_.emplace_back();
    Level& level = levels_[depth_++];
    level.begin();
    level.map = map;
    level.place = place(mark);
    level.anchor = anchor;
  }

  void close() {
    Level& level = levels_[--depth_];
    if (level.map) merge(level);
    Value value = level.map ? arena_.object(level.members) : arena_.array(level.items);
    value.place = level.place;
    YAML::Mark mark;
    mark.line = static_cast<int>(level.place.line) - 1;
    mark.column = level.place.column - 1;
    put(mark, value, level.anchor, level.nodes);
  }

  // Own keys win, then the merged maps in their order.
  void merge(Level& level) {
    for (const Value& other : level.merges)
      for (const Member& member : other.members()) {
        if (find(level, member.name) == nullptr) level.members.push_back(member);
      }
  }

  // Records are small: a look through them beats an index, until a map grows large enough for the square to hurt.
  static Member* find(Level& level, std::string_view name) {
    constexpr size_t looked_through_max = 100;
    if (level.members.size() > looked_through_max) {
      for (size_t i = level.index.size(); i < level.members.size(); ++i) level.index.emplace(level.members[i].name, i);
      const auto known = level.index.find(name);
      return known == level.index.end() ? nullptr : &level.members[known->second];
    }
    for (Member& member : level.members)
      if (member.name == name) return &member;
    return nullptr;
  }

  void count(const YAML::Mark& mark, size_t nodes) {
    nodes_ += nodes;
    if (nodes_ > limits_.nodes_max) fail(mark, "too many values, aliases counted each time");
  }

  void put(const YAML::Mark& mark, Value value, YAML::anchor_t anchor, size_t nodes, std::string_view text = {}, bool plain = false) {
    count(mark, 1);
    if (value.place.line == 0 || anchor != 0) value.place = place(mark);
    if (anchor != 0) anchors_[anchor] = {value, nodes};
    if (depth_ == 0) {
      root_ = value;
      return;
    }
    Level& level = levels_[depth_ - 1];
    level.nodes += nodes;
    if (!level.map) {
      level.items.push_back(value);
    } else if (!level.has_key) {
      take_key(mark, level, value, text, plain);
    } else {
      take_value(mark, level, value);
    }
  }

  void take_key(const YAML::Mark& mark, Level& level, const Value& value, std::string_view text, bool plain) {
    if (text.data() == nullptr && !value.is_text()) fail(mark, "a key must be a scalar");
    level.key = text.data() != nullptr ? text : value.as_text();
    level.merge_key = plain && level.key == "<<" && !limits_.keep_merges;
    if (plain && level.key == "<<" && limits_.keep_merges) level.key = schema::merge_key;
    level.key_place = place(mark);
    level.has_key = true;
    if (level.merge_key) {
      if (level.merged) fail(mark, "<< stands twice in one map", "write <<: [*a, *b]");
      level.merged = true;
      return;
    }
    level.repeats = find(level, level.key);
  }

  // A key that says the same thing twice is odd; one that says two things is a mistake that no order of reading may settle.
  void take_repeat(Level& level, const Value& value) {
    const Member& first = *level.repeats;
    const bool same = first.value.kind() == value.kind() && !value.is_array() && !value.is_object() && shown(first.value) == shown(value);
    const std::string what = "duplicate key " + std::string(level.key);
    const std::string hint = "the first is on line " + std::to_string(first.name_place.line) + ", column " + std::to_string(first.name_place.column);
    if (!same) {
      problems_.add({.place = level.key_place, .what = "YAML: " + what, .hint = hint});
      throw Stop();
    }
    problems_.add({.severity = Severity::warning, .place = level.key_place, .what = "YAML: " + what, .hint = hint});
  }

  void take_value(const YAML::Mark& mark, Level& level, const Value& value) {
    level.has_key = false;
    if (level.repeats != nullptr && !level.merge_key) return take_repeat(level, value);
    if (!level.merge_key) {
      level.members.push_back({level.key, level.key_place, value});
      return;
    }
    if (value.is_object()) {
      level.merges.push_back(value);
      return;
    }
    if (!value.is_array()) fail(mark, "<< needs a map or a list of maps");
    for (const Value& item : value.items()) {
      if (!item.is_object()) fail(mark, "<< needs a map or a list of maps");
      level.merges.push_back(item);
    }
  }

  uint16_t file_;
  std::string_view masked_;
  Arena& arena_;
  Problems& problems_;
  const ReadLimits& limits_;
  std::vector<Level> levels_;  // by depth; those beyond `depth_` are kept for their memory
  size_t depth_ = 0;
  std::unordered_map<YAML::anchor_t, Anchored> anchors_;
  Value root_;
  size_t nodes_ = 0;
  int documents_ = 0;
};

size_t start_of_line(std::string_view text, int line) {
  size_t at = 0;
  for (int i = 0; i < line; ++i) {
    const size_t end = text.find('\n', at);
    if (end == std::string_view::npos) return at;
    at = end + 1;
  }
  return at;
}

}  // namespace

bool read_yaml(std::string_view text, uint16_t file, Arena& arena, Problems& problems, const ReadLimits& limits, Value& root) {
  const bool has_templates = text.find("${{") != std::string_view::npos;
  const std::string without_marks = has_templates ? masked(text) : std::string();
  TextBuffer buffer(has_templates ? std::string_view(without_marks) : text);
  std::istream stream(&buffer);
  TreeBuilder builder(file, without_marks, arena, problems, limits);
  // yaml-cpp reports by exception; it ends here and becomes a problem with a place.
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const Stop&) {
    return false;
  } catch (const YAML::Exception& error) {
    const int line = std::max(error.mark.line, 0), column = std::max(error.mark.column, 0);
    const size_t line_start = start_of_line(text, line);
    problems.add({.place = {static_cast<uint32_t>(line + 1), static_cast<uint16_t>(std::min(column + 1, 65535)), file},
                  .what = "YAML: " + error.msg,
                  .hint = excerpt(text, line_start, line_start + static_cast<size_t>(column))});
    return false;
  }
  root = builder.root();
  return true;
}

}  // namespace schema
