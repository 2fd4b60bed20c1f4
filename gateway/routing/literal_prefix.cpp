#include "gateway/routing/keys.h"

namespace routing {

namespace {

bool is_alphanumeric(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_special(char c) { return std::string_view(".[]()*+?{}|^$").find(c) != std::string_view::npos || static_cast<unsigned char>(c) >= 0x80; }

// Past the class that opens at `at`; its first member may be a bracket, and [:names:] hold brackets too.
size_t after_class(std::string_view pattern, size_t at) {
  size_t i = at + 1;
  if (i < pattern.size() && pattern[i] == '^') ++i;
  if (i < pattern.size() && pattern[i] == ']') ++i;
  while (i < pattern.size() && pattern[i] != ']') {
    const size_t named = pattern.substr(i, 2) == "[:" ? pattern.find(":]", i + 2) : std::string_view::npos;
    i = named != std::string_view::npos ? named + 2 : i + (pattern[i] == '\\' ? 2 : 1);
  }
  return i + 1;
}

// "a|b": what stands before the bar is not needed. Quoted stretches (\Q...\E) are not looked into, so they count as such.
bool has_alternatives(std::string_view pattern) {
  size_t depth = 0;
  for (size_t i = 0; i < pattern.size();) {
    const char c = pattern[i];
    if (c == '\\') {
      if (pattern.substr(i, 2) == "\\Q") return true;
      i += 2;
      continue;
    }
    if (c == '[') {
      i = after_class(pattern, i);
      continue;
    }
    if (c == '|' && depth == 0) return true;
    if (c == '(') ++depth;
    if (c == ')' && depth > 0) --depth;
    ++i;
  }
  return false;
}

}  // namespace

std::string literal_prefix(const schema::Regex& regex) {
  if (regex.linear_pattern() == nullptr) return {};  // the other engine's syntax is wider than what is read here
  std::string_view pattern = *regex.linear_pattern();
  if (has_alternatives(pattern)) return {};
  if (pattern.starts_with('^')) pattern.remove_prefix(1);
  std::string prefix;
  for (size_t i = 0; i < pattern.size();) {
    char c = pattern[i++];
    if (c == '\\') {
      if (i == pattern.size() || is_alphanumeric(pattern[i]) || static_cast<unsigned char>(pattern[i]) >= 0x80) break;
      c = pattern[i++];
    } else if (is_special(c)) {
      break;
    }
    const char next = i < pattern.size() ? pattern[i] : '\0';
    if (next == '*' || next == '?' || next == '{') break;
    prefix += c;
    if (next == '+') break;
  }
  return prefix;
}

}  // namespace routing
