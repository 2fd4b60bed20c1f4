#include "gateway/http/uri.h"

namespace http {

namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

constexpr std::string_view upper_digits = "0123456789ABCDEF";

bool is_reserved(char c) { return std::string_view("!*'();:@&=+$,/?%#[]").find(c) != std::string_view::npos; }

// Most paths are normal already; this one look spares them the copy.
bool may_need_work(std::string_view path) {
  for (size_t i = 0; i < path.size(); ++i) {
    if (path[i] == '%') return true;
    if (path[i] == '/' && i + 1 < path.size() && (path[i + 1] == '/' || path[i + 1] == '.')) return true;
  }
  return false;
}

bool decode_escapes(std::string_view path, std::string& out) {
  for (size_t i = 0; i < path.size(); ++i) {
    if (path[i] != '%') {
      out += path[i];
      continue;
    }
    if (i + 2 >= path.size()) return false;
    const int high = hex_digit(path[i + 1]), low = hex_digit(path[i + 2]);
    if (high < 0 || low < 0) return false;
    const char c = static_cast<char>(high * 16 + low);
    if (c == 0) return false;
    if (is_reserved(c))
      out.append("%").append(1, upper_digits[static_cast<size_t>(high)]).append(1, upper_digits[static_cast<size_t>(low)]);
    else
      out += c;
    i += 2;
  }
  return true;
}

// RFC 3986 section 5.2.4; a climb above the root is an error here, not ignored.
bool remove_dots(std::string_view path, bool merge_slashes, std::string& out) {
  size_t at = 0;
  while (at < path.size()) {
    size_t end = path.find('/', at + 1);
    if (end == std::string_view::npos) end = path.size();
    std::string_view segment = path.substr(at, end - at);  // with its leading slash
    const bool last = end == path.size();
    at = end;
    if (segment == "/.") {
      if (last) out += '/';
    } else if (segment == "/..") {
      if (out.empty()) return false;
      out.resize(out.rfind('/'));
      if (last) out += '/';
    } else if (segment == "/" && !last && merge_slashes) {
      continue;
    } else if (segment == "/" && last && merge_slashes && !out.empty() && out.back() == '/') {
      continue;
    } else {
      out += segment;
    }
  }
  if (out.empty()) out = "/";
  return true;
}

}  // namespace

Target split_target(std::string_view target) {
  const size_t question = target.find('?');
  if (question == std::string_view::npos) return {target, {}, false};
  return {target.substr(0, question), target.substr(question + 1), true};
}

std::optional<std::string_view> normalise_path(std::string_view raw_path, std::string& scratch, bool merge_slashes) {
  if (!may_need_work(raw_path)) return raw_path;
  std::string decoded;
  decoded.reserve(raw_path.size());
  if (!decode_escapes(raw_path, decoded)) return std::nullopt;
  scratch.clear();
  if (decoded.empty() || decoded.front() != '/') {
    scratch = decoded;
    return std::string_view(scratch);
  }
  if (!remove_dots(decoded, merge_slashes, scratch)) return std::nullopt;
  return std::string_view(scratch);
}

void encode_path(std::string_view path, std::string& out) {
  for (char c : path) {
    const bool plain = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                       std::string_view("-._~%!#$&'()*+,/:;=?@[]").find(c) != std::string_view::npos;
    if (plain) {
      out += c;
    } else {
      auto byte = static_cast<unsigned char>(c);
      out.append("%").append(1, upper_digits[byte >> 4]).append(1, upper_digits[byte & 15]);
    }
  }
}

std::string decode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 && hex_digit(text[i + 2]) >= 0) {
      out += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
      i += 2;
    } else {
      out += text[i] == '+' && plus_is_space ? ' ' : text[i];
    }
  }
  return out;
}

std::string encode_component(std::string_view text) {
  std::string out;
  for (char c : text) {
    if ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~') {
      out += c;
    } else {
      auto byte = static_cast<unsigned char>(c);
      out.append("%").append(1, upper_digits[byte >> 4]).append(1, upper_digits[byte & 15]);
    }
  }
  return out;
}

}  // namespace http
