#include "schema/format.h"

#include <set>

#include "schema/arrange.h"
#include "schema/check.h"
#include "schema/comments.h"
#include "schema/emit.h"
#include "schema/source_text.h"
#include "schema/yaml_writer.h"

namespace schema {

namespace {

// What the author put around the nodes, found in the texts of the document.
class AsWritten : public Surroundings {
 public:
  AsWritten(const Document& document, const Value& root) : lines_(document) {
    for (size_t file = 0; file < document.texts.size(); ++file) find_comments(document.texts[file], static_cast<uint16_t>(file), document.root, comments_);
    count_anchors(root);
  }

  const Comments& comments() const { return comments_; }

  void before(Place place, size_t indent, std::string& out) override { take(comments_.before, place, indent, out); }
  void after(Place place, bool item, size_t indent, std::string& out) override { take(item ? comments_.after_item : comments_.after, place, indent, out); }

  std::string beside(Place place) override {
    auto found = comments_.beside.find(place_key(place));
    if (found == comments_.beside.end()) return {};
    std::string comment = "  " + found->second;
    comments_.beside.erase(found);
    return comment;
  }

  std::string anchor(const Value& value) override {
    auto found = anchored_.find(place_key(value.place));
    if (found == anchored_.end() || found->second.uses < 2) return {};
    Anchored& known = found->second;
    if (!known.name.empty()) return equal(known.value, value) ? "*" + known.name : std::string();
    known.name = free_name(anchor_name(value));
    known.value = value;
    return "&" + known.name;
  }

  // A template in quotes is a text in decK whatever is filled in.
  bool wants_quotes(const Value& text) override {
    if (text.as_text().find("${{") == std::string_view::npos) return false;
    const std::string_view written = lines_.from(text.place);
    return written.starts_with('"') || written.starts_with('\'');
  }

 private:
  struct Anchored {
    size_t uses = 0;
    std::string name;
    Value value;
  };

  static void take(std::unordered_map<uint64_t, Lines>& all, Place place, size_t indent, std::string& out) {
    auto found = all.find(place_key(place));
    if (found == all.end()) return;
    append(found->second, indent, out);
    all.erase(found);
  }

 public:
  static void append(const Lines& lines, size_t indent, std::string& out) {
    for (const std::string& line : lines) {
      if (line.empty() && (out.empty() || out.ends_with("\n\n"))) continue;
      out.append(line.empty() ? 0 : indent, ' ').append(line).append("\n");
    }
  }

 private:
  std::string_view anchor_name(const Value& value) const {
    std::string_view text = lines_.from(value.place);
    if (!text.starts_with('&')) return {};
    text.remove_prefix(1);
    return text.substr(0, text.find_first_of(" \t\r\n,[]{}"));
  }

  void count_anchors(const Value& value) {
    if (value.place.line > 0 && !anchor_name(value).empty() && ++anchored_[place_key(value.place)].uses > 1) return;
    if (value.is_array())
      for (const Value& item : value.items()) count_anchors(item);
    if (value.is_object())
      for (const Member& member : value.members()) count_anchors(member.value);
  }

  // YAML lets a later anchor take the name of an earlier one; in another order of keys that would mix them up.
  std::string free_name(std::string_view name) {
    std::string free(name);
    for (int i = 2; !names_.insert(free).second; ++i) free = std::string(name) + "_" + std::to_string(i);
    return free;
  }

  SourceText lines_;
  Comments comments_;
  std::unordered_map<uint64_t, Anchored> anchored_;
  std::set<std::string> names_;
};

}  // namespace

std::string format_document(const Document& document, const FormatOptions& options) {
  Arena arena;
  const Value root = arranged(document.root, arena, options.sort_entities);
  if (options.syntax == Syntax::json) return to_json_text(root, 2) + "\n";
  AsWritten around(document, root);
  std::string out;
  AsWritten::append(around.comments().header, 0, out);
  const Lines end = around.comments().end;
  out += write_yaml(root, &around);
  AsWritten::append(end, 0, out);
  return out;
}

}  // namespace schema
