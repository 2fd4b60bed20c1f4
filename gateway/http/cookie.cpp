#include "gateway/http/cookie.h"

namespace http {

namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::string_view find_in(std::string_view line, std::string_view name) {
  while (!line.empty()) {
    const std::string_view pair = line.substr(0, line.find(';'));
    line.remove_prefix(std::min(pair.size() + 1, line.size()));
    const size_t equals = pair.find('=');
    if (equals != std::string_view::npos && trimmed(pair.substr(0, equals)) == name)
      return trimmed(pair.substr(equals + 1));
  }
  return {};
}

}  // namespace

std::string_view find_cookie(const Headers& headers, std::string_view name) {
  if (!headers.has(Name::cookie)) return {};
  for (const Header& header : headers.all()) {
    if (header.id != Name::cookie) continue;
    // Empty values are views into the line all the same, so null means that there is none.
    if (const std::string_view value = find_in(header.value, name); value.data() != nullptr) return value;
  }
  return {};
}

}  // namespace http
