#include <algorithm>

#include "deckctl/changes/render.h"

namespace deckctl {

namespace {

using schema::ChangeKind;

constexpr size_t bytes_max = 50'000;

std::string_view sign_of(ChangeKind kind) { return kind == ChangeKind::create ? "+" : kind == ChangeKind::update ? "~" : "-"; }

// Text that Markdown and HTML take for nothing but text.
std::string escaped(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '\n' || c == '\r') {
      out += ' ';
      continue;
    }
    if (std::string_view("\\`*_{}[]()#+!|<>~@").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

// A fence that no line inside can end.
std::string fence_for(const std::vector<std::string>& lines) {
  size_t longest = 2;
  for (const std::string& line : lines) {
    size_t run = 0;
    for (char c : line) longest = std::max(longest, run = c == '`' ? run + 1 : 0);
  }
  return std::string(longest + 1, '`');
}

std::string more_line(size_t more) { return more == 0 ? "" : "\n... and " + std::to_string(more) + " more that are not shown here.\n"; }

std::string table(const Changes& changes, size_t count) {
  std::string out = "| | kind | name |\n|---|---|---|\n";
  for (size_t i = 0; i < count; ++i) {
    const ShownChange& change = changes.list[i];
    out += "| `" + std::string(sign_of(change.kind)) + "` | " + change.entity + " | " + escaped(change.name) + " |\n";
  }
  return out;
}

std::string fields(const Changes& changes, size_t count, size_t bytes_left) {
  std::vector<std::string> lines;
  size_t bytes = 0, shown = 0;
  for (; shown < count; ++shown) {
    std::vector<std::string> of_one = lines_of(changes.list[shown]);
    // Lines that begin with "-" are red there, others have no colour.
    of_one[0].insert(0, changes.list[shown].kind == ChangeKind::remove ? "- " : changes.list[shown].kind == ChangeKind::create ? "+ " : "  ");
    for (const std::string& line : of_one) bytes += line.size() + 1;
    if (bytes > bytes_left) break;
    lines.insert(lines.end(), of_one.begin(), of_one.end());
  }
  const std::string fence = fence_for(lines);
  std::string out = "\n<details><summary>Fields</summary>\n\n" + fence + "diff\n";
  for (const std::string& line : lines) out += line + "\n";
  out += fence + "\n";
  if (shown < count) out += more_line(count - shown);
  return out + "\n</details>\n";
}

// As many changes as fit into `bytes_left`.
std::string section(const Changes& changes, size_t changes_max, size_t bytes_left) {
  size_t count = std::min(changes.list.size(), changes_max);
  std::string rows = table(changes, count);
  while (count > 1 && rows.size() > bytes_left / 2) rows = table(changes, count /= 2);
  return rows + more_line(changes.list.size() - count) + fields(changes, count, bytes_left - std::min(bytes_left, rows.size()));
}

}  // namespace

std::string to_markdown(const std::vector<Changes>& all, size_t changes_max) {
  std::string out = "### Gateway configuration\n";
  const size_t share = bytes_max / std::max<size_t>(all.size(), 1);
  for (const Changes& changes : all) {
    std::string nodes;
    for (const std::string& node : changes.nodes) nodes += (nodes.empty() ? "" : ", ") + ("`" + node + "`");
    out += "\n" + (nodes.empty() ? "" : nodes + ": ") + "**" + counts_of(changes) + "**\n";
    if (!changes.list.empty()) out += "\n" + section(changes, changes_max, share);
  }
  return out;
}

}  // namespace deckctl
