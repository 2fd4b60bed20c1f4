#include "schema/migrate.h"

#include <string>
#include <unordered_set>

#include "schema/paths.h"

namespace schema {

namespace {

bool is_plain(std::string_view path) {
  for (char c : path) {
    const bool letter_or_digit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!letter_or_digit && std::string_view(".-_~/%").find(c) == std::string_view::npos) return false;
  }
  return true;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Escapes are decoded; reserved characters keep theirs in upper case, regex metacharacters get a backslash.
std::string as_regex(std::string_view path) {
  std::string out = "~";
  for (size_t i = 0; i < path.size(); ++i) {
    const bool escape = path[i] == '%' && i + 2 < path.size() && hex_digit(path[i + 1]) >= 0 && hex_digit(path[i + 2]) >= 0;
    if (!escape) {
      out += path[i];
      continue;
    }
    const char c = static_cast<char>(hex_digit(path[i + 1]) * 16 + hex_digit(path[i + 2]));
    if (std::string_view("!*'();:@&=+$,/?%#[]").find(c) != std::string_view::npos) {
      out += '%';
      for (size_t k = 1; k <= 2; ++k) out += "0123456789ABCDEF"[hex_digit(path[i + k])];
    } else {
      if (std::string_view(".^-{}\\|").find(c) != std::string_view::npos) out += '\\';
      out += c;
    }
    i += 2;
  }
  return out;
}

// Lists that an alias shares are met again; a second prefix would be one too many.
using Seen = std::unordered_set<const Value*>;

void migrate_routes(Value* routes, Arena& arena, Seen& seen) {
  if (routes == nullptr || !routes->is_array()) return;
  for (Value& route : routes->items()) {
    if (!route.is_object()) continue;
    Value* paths = route.find("paths");
    if (paths == nullptr || !paths->is_array() || paths->items().empty() || !seen.insert(paths->items().data()).second) continue;
    for (Value& path : paths->items()) {
      if (!path.is_text() || path.as_text().empty()) continue;
      Value migrated = Value::text(
          arena.copy(is_plain(path.as_text()) ? normalised(path.as_text(), true) : as_regex(path.as_text())));
      migrated.place = path.place;
      migrated.from_secret = path.from_secret;
      path = migrated;
    }
  }
}

}  // namespace

void migrate_paths(Document& document) {
  const Value* version = document.root.find("_format_version");
  if (version == nullptr || !version->is_text() || (version->as_text() != "1.1" && version->as_text() != "2.1")) return;
  Seen seen;
  migrate_routes(document.root.find("routes"), document.arena, seen);
  const Value* services = document.root.find("services");
  if (services == nullptr || !services->is_array()) return;
  for (Value& service : services->items())
    if (service.is_object()) migrate_routes(service.find("routes"), document.arena, seen);
}

}  // namespace schema
