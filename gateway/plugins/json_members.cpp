#include "gateway/plugins/json_members.h"

#include <nlohmann/json.hpp>

#include "schema/json.h"

namespace plugins {
namespace {

size_t skip_space(std::string_view source, size_t at) {
  while (at < source.size() && (source[at] == ' ' || source[at] == '\t' || source[at] == '\n' || source[at] == '\r')) ++at;
  return at;
}

size_t skip_string(std::string_view source, size_t at) {
  for (++at; at < source.size() && source[at] != '"'; ++at) {
    if (source[at] == '\\') ++at;
  }
  return at + 1;
}

// Past the value that starts at `at`. The source is known to be well formed.
size_t skip_value(std::string_view source, size_t at) {
  if (source[at] == '"') return skip_string(source, at);
  size_t depth = 0;
  while (at < source.size()) {
    char c = source[at];
    if (c == '"') {
      at = skip_string(source, at);
      continue;
    }
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') {
      if (depth == 0) return at;
      if (--depth == 0) return at + 1;
    }
    if (depth == 0 && (c == ',' || c == ' ' || c == '\t' || c == '\n' || c == '\r')) return at;
    ++at;
  }
  return at;
}

constexpr size_t depth_max = 256;

}  // namespace

std::optional<std::vector<JsonMember>> json_members(std::string_view source) {
  size_t at = skip_space(source, 0);
  if (at >= source.size() || source[at] != '{' || schema::is_deeper(source, depth_max) || !nlohmann::json::accept(source)) return std::nullopt;
  std::vector<JsonMember> members;
  at = skip_space(source, at + 1);
  while (source[at] != '}') {
    size_t name_end = skip_string(source, at);
    JsonMember member;
    member.name = json_string(source.substr(at, name_end - at)).value_or("");
    at = skip_space(source, skip_space(source, name_end) + 1);  // over the colon
    size_t end = skip_value(source, at);
    member.text = source.substr(at, end - at);
    members.push_back(std::move(member));
    at = skip_space(source, end);
    if (source[at] == ',') at = skip_space(source, at + 1);
  }
  return members;
}

std::optional<std::string> json_string(std::string_view text) {
  if (text.empty() || text.front() != '"') return std::nullopt;
  auto parsed = nlohmann::json::parse(text, nullptr, false);
  if (!parsed.is_string()) return std::nullopt;
  return parsed.get<std::string>();
}

}  // namespace plugins
