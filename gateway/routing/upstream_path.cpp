#include "gateway/routing/upstream_path.h"

namespace routing {

namespace {

std::string_view join(std::string_view a, std::string_view b, std::string& scratch) {
  if (b.empty()) return a;
  scratch.assign(a).append(b);
  return scratch;
}

// What follows the prefix, without a dot segment that stripping has brought to the front.
std::string_view rest_of(std::string_view path, std::string_view prefix) {
  std::string_view rest = path.substr(prefix.size());
  for (std::string_view dots : {"./", "../"})
    if (rest.starts_with(dots)) return rest.substr(dots.size());
  if (rest == "." || rest == "..") return {};
  return rest;
}

}  // namespace

std::string_view upstream_path(std::string_view base, std::string_view path, std::string_view prefix, bool strip, std::string& scratch) {
  if (base.empty()) base = "/";
  const bool slash = base.back() == '/';
  if (!strip) {
    if (slash) return base == "/" ? path : join(base, path.substr(1), scratch);
    return path == "/" ? base : join(base, path, scratch);
  }
  std::string_view rest = rest_of(path, prefix);
  if (rest.empty()) {
    if (!slash) return path.size() > 1 && path.back() == '/' ? join(base, "/", scratch) : base;
    return base == "/" || path.back() == '/' ? base : base.substr(0, base.size() - 1);
  }
  if (slash) return rest.front() == '/' ? join(base.substr(0, base.size() - 1), rest, scratch) : join(base, rest, scratch);
  if (rest.front() == '/') return join(base, rest, scratch);
  scratch.assign(base).append("/").append(rest);
  return scratch;
}

}  // namespace routing
