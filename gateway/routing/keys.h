#pragma once
// Where a matcher is found: a request that fits it has one of these hosts and one of these paths. Keys may promise less than the matcher
// asks for, never more.

#include <string>
#include <string_view>
#include <vector>

#include "schema/regex.h"

namespace routing {

// A host with at most one wildcard at either end, and an optional port.
struct HostPattern {
  enum class Kind : uint8_t { exact, suffix, prefix } kind = Kind::exact;
  std::string_view text;  // without the star
  int port = -1;          // -1: any

  bool fits(std::string_view host, uint16_t to_port) const {
    if (port >= 0 && port != to_port) return false;
    switch (kind) {
      case Kind::suffix: return host.size() > text.size() && host.ends_with(text);
      case Kind::prefix: return host.size() > text.size() && host.starts_with(text);
      default: return host == text;
    }
  }
};

struct PathKey {
  std::string prefix;                    // the path starts with this
  const schema::Regex* regex = nullptr;  // and matches this from its start, when given
};

struct Keys {
  std::vector<HostPattern> hosts;  // none: any host
  std::vector<PathKey> paths;      // none: any path
};

// The text that every match of `regex` from the start must begin with, as far as it can be told.
std::string literal_prefix(const schema::Regex& regex);

}  // namespace routing
