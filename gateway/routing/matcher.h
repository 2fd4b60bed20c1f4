#pragma once
// One way a classic route can match: its fields with one group of its paths.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <re2/re2.h>

#include "gateway/routing/router.h"

namespace routing {

// A host with at most one wildcard at either end, and an optional port.
struct HostPattern {
  enum class Kind : uint8_t { exact, suffix, prefix } kind = Kind::exact;
  std::string_view text;   // without the star
  int port = -1;           // -1: any
};

struct HeaderPattern {
  std::string name;                                   // as looked up: '_' stands for '-'
  std::vector<std::string> values;                    // lower case
  std::vector<std::shared_ptr<const re2::RE2>> regexes;
};

struct Matcher {
  const schema::Route* route = nullptr;
  uint64_t rank = 0;
  std::string tie;                                    // id that decides between equal ranks
  std::vector<std::string_view> methods;
  std::vector<HostPattern> hosts;
  std::vector<HeaderPattern> headers;
  std::vector<HostPattern> snis;
  std::vector<std::string_view> prefixes;             // of one length
  std::vector<std::shared_ptr<const re2::RE2>> regexes;

  // nullptr: it matches, and `match` says how; else the field that did not.
  const char* refuses(const Query& query, Match& match) const;
};

// The matchers of one route; false and an error when a regex is bad.
bool compile_classic(const schema::Route& route, std::vector<std::unique_ptr<Matcher>>& matchers, std::string& error);

}  // namespace routing
