#include <algorithm>

#include "gateway/admin/message.h"
#include "gateway/admin/refusal.h"

namespace admin {

namespace {

// Lists as an encoder of Lua tables writes them: up to here with holes, beyond only when well filled.
constexpr size_t sparse_from = 10, sparse_ratio = 2;

std::string words_quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
    if (c == '\n') out.insert(out.size() - 1, 1, '\\');
  }
  return out + "\"";
}

bool is_identifier(const std::string& name) {
  const auto fits = [](char c) { return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  return !name.empty() && !(name[0] >= '0' && name[0] <= '9') && std::all_of(name.begin(), name.end(), fits);
}

std::string quoted_list(const std::vector<std::string>& texts, std::string (*quote)(const std::string&)) {
  std::string out;
  for (const std::string& text : texts) out += (out.empty() ? "" : ",") + quote(text);
  return out;
}

void collect(const FieldTree& tree, const std::string& path, std::vector<std::string>& lines) {
  const auto below = [&](const std::string& step) { return path.empty() ? step : path + "." + step; };
  if (!tree.message.empty()) lines.push_back(path.empty() ? tree.message : path + ": " + tree.message);
  for (const std::string& text : tree.entity) lines.push_back(text);
  for (const auto& [position, node] : tree.placed) collect(node, below(std::to_string(position)), lines);
  for (const auto& [name, node] : tree.named) collect(node, below(name), lines);
}

}  // namespace

FieldTree* FieldTree::find(const std::string& name) {
  const auto found = named.find(name);
  return found == named.end() ? nullptr : &found->second;
}

FieldTree* FieldTree::at(size_t position) {
  const auto found = placed.find(position);
  return found == placed.end() ? nullptr : &found->second;
}

std::string FieldTree::json() const {
  if (entity.empty() && named.empty() && placed.empty()) return message.empty() ? "{}" : quoted(message);
  const size_t last = placed.empty() ? 0 : placed.rbegin()->first;
  if (entity.empty() && named.empty() && (last <= sparse_from || last <= placed.size() * sparse_ratio)) {
    std::string out;
    for (size_t i = 1; i <= last; ++i) {
      const auto found = placed.find(i);
      out += (i == 1 ? "" : ",") + (found == placed.end() ? std::string("null") : found->second.json());
    }
    return "[" + out + "]";
  }
  std::string out;
  const auto member = [&](const std::string& name, const std::string& value) { out += (out.empty() ? "" : ",") + quoted(name) + ":" + value; };
  if (!entity.empty()) member("@entity", "[" + quoted_list(entity, [](const std::string& text) { return quoted(text); }) + "]");
  for (const auto& [position, node] : placed) member(std::to_string(position), node.json());
  for (const auto& [name, node] : named) member(name, node.json());
  return "{" + out + "}";
}

std::string FieldTree::words() const {
  if (entity.empty() && named.empty() && placed.empty()) return message.empty() ? "{}" : words_quoted(message);
  std::string out;
  const auto add = [&](const std::string& text) { out += (out.empty() ? "" : ",") + text; };
  size_t next = 1;
  for (const auto& [position, node] : placed) {
    if (position == next) {
      add(node.words());
      ++next;
    } else {
      add("[" + std::to_string(position) + "]=" + node.words());
      next = 0;  // after a hole every position is written out
    }
  }
  if (!entity.empty()) add("[\"@entity\"]={" + quoted_list(entity, words_quoted) + "}");
  for (const auto& [name, node] : named) add((is_identifier(name) ? name : "[" + words_quoted(name) + "]") + "=" + node.words());
  return "{" + out + "}";
}

std::vector<std::string> FieldTree::lines() const {
  std::vector<std::string> lines;
  collect(*this, "", lines);
  return lines;
}

}  // namespace admin
