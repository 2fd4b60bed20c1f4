#include <algorithm>

#include "deckctl/changes/render.h"

namespace deckctl {

namespace {

using schema::ChangeKind;

constexpr size_t value_bytes_max = 160;  // a certificate or a script would hide everything else
constexpr size_t context_bytes = 40;     // kept in front of the first difference

constexpr std::string_view bold_green = "\033[1;32m", green = "\033[32m", yellow = "\033[33m", red = "\033[31m", plain = "\033[0m";

std::string_view verb_of(ChangeKind kind) { return kind == ChangeKind::create ? "creating" : kind == ChangeKind::update ? "updating" : "deleting"; }

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

std::string cut(const std::string& value, size_t start) {
  if (value.size() <= value_bytes_max) return value;
  start = std::min(start, value.size() - value_bytes_max);
  while (start > 0 && continues_character(value[start])) --start;
  size_t end = std::min(start + value_bytes_max, value.size());
  while (end < value.size() && continues_character(value[end])) ++end;
  return (start > 0 ? "..." : "") + value.substr(start, end - start) + (end < value.size() ? "..." : "");
}

// Both sides are cut at the same place, so that what differs is seen.
std::pair<std::string, std::string> cut_both(const ShownField& field) {
  const auto [a, b] = std::mismatch(field.before.begin(), field.before.end(), field.after.begin(), field.after.end());
  const auto differs_at = static_cast<size_t>(a - field.before.begin());
  const size_t start = differs_at > context_bytes ? differs_at - context_bytes : 0;
  return {cut(field.before, start), cut(field.after, start)};
}

std::string coloured(const std::string& line, std::string_view colour) { return std::string(colour) + line + std::string(plain); }

std::string_view colour_of(const std::string& line) {
  if (line.starts_with("creating") || line.starts_with('+')) return green;
  return line.starts_with("updating") ? yellow : red;
}

std::string heading(const Changes& changes) {
  std::string names;
  for (const std::string& node : changes.nodes) names += (names.empty() ? "" : ", ") + node;
  return names;
}

std::string summary(const std::vector<Changes>& all) {
  size_t created = 0, updated = 0, removed = 0;
  for (const Changes& changes : all) {
    created += changes.count(ChangeKind::create);
    updated += changes.count(ChangeKind::update);
    removed += changes.count(ChangeKind::remove);
  }
  return "Summary:\n  Created: " + std::to_string(created) + "\n  Updated: " + std::to_string(updated) + "\n  Deleted: " + std::to_string(removed) + "\n";
}

}  // namespace

std::vector<std::string> lines_of(const ShownChange& change) {
  std::vector<std::string> lines{std::string(verb_of(change.kind)) + " " + change.entity + " " + change.name};
  for (const ShownField& field : change.fields) {
    if (field.secret && change.kind == ChangeKind::update) {
      // Two masks would look the same.
      lines.push_back("-  " + field.path + ": " + (field.before.empty() ? "unset" : field.before));
      lines.push_back("+  " + field.path + ": " + (field.after.empty() ? "unset" : field.after + (field.before.empty() ? "" : " (another)")));
      continue;
    }
    const auto [before, after] = cut_both(field);
    if (change.kind == ChangeKind::update) lines.push_back("-  " + field.path + ": " + (before.empty() ? "unset" : before));
    lines.push_back("+  " + field.path + ": " + (after.empty() ? "unset" : after));
  }
  return lines;
}

std::string counts_of(const Changes& changes) {
  if (changes.list.empty()) return "no changes";
  return std::to_string(changes.list.size()) + (changes.list.size() == 1 ? " change: " : " changes: ") + std::to_string(changes.count(ChangeKind::create)) +
         " created, " + std::to_string(changes.count(ChangeKind::update)) + " updated, " + std::to_string(changes.count(ChangeKind::remove)) + " deleted";
}

std::string to_text(const std::vector<Changes>& all, bool colour) {
  std::string out;
  for (const Changes& changes : all) {
    if (!changes.nodes.empty()) out += heading(changes) + ": " + counts_of(changes) + "\n";
    for (const ShownChange& change : changes.list)
      for (const std::string& line : lines_of(change)) out += (colour ? coloured(line, colour_of(line)) : line) + "\n";
    if (!changes.list.empty()) out += "\n";
  }
  return out + (colour ? coloured(summary(all), bold_green) : summary(all));
}

}  // namespace deckctl
