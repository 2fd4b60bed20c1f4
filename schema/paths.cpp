#include "schema/paths.h"

#include <vector>

namespace schema {

namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_escape(std::string_view text, size_t at) {
  return text[at] == '%' && at + 2 < text.size() && hex_digit(text[at + 1]) >= 0 && hex_digit(text[at + 2]) >= 0;
}

std::string decoded(std::string_view path) {
  std::string out;
  for (size_t i = 0; i < path.size(); ++i) {
    if (!is_escape(path, i)) {
      out += path[i];
      continue;
    }
    const int code = hex_digit(path[i + 1]) * 16 + hex_digit(path[i + 2]);
    const char c = static_cast<char>(code);
    if (code == 0 || std::string_view("!*'();:@&=+$,/?%#[]").find(c) != std::string_view::npos) {
      out += '%';
      for (size_t k = 1; k <= 2; ++k) out += "0123456789ABCDEF"[hex_digit(path[i + k])];
    } else {
      out += c;
    }
    i += 2;
  }
  return out;
}

}  // namespace

std::string_view bad_escape(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i)
    if (text[i] == '%' && !is_escape(text, i)) return text.substr(i, 3);
  return {};
}

std::string normalised(std::string_view path, bool merge_slashes) {
  const std::string text = decoded(path);
  std::vector<std::string_view> segments;
  bool folder = false;  // a slash at the end
  for (size_t start = text.starts_with('/') ? 1 : 0; start <= text.size();) {
    const size_t slash = std::min(text.find('/', start), text.size());
    const std::string_view segment = std::string_view(text).substr(start, slash - start);
    const bool last = slash == text.size();
    start = slash + 1;
    folder = last && (segment.empty() || segment == "." || segment == "..");
    if (segment == "..") {
      if (!segments.empty()) segments.pop_back();
    } else if (segment != "." && !(segment.empty() && (merge_slashes || last))) {
      segments.push_back(segment);
    }
  }
  std::string out;
  for (std::string_view segment : segments) out.append("/").append(segment);
  return folder || out.empty() ? out + "/" : out;
}

}  // namespace schema
