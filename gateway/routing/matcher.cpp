#include "gateway/routing/matcher.h"

#include <algorithm>
#include <charconv>
#include <map>

#include "schema/uuid.h"

namespace routing {

namespace {

constexpr size_t groups_max = 32;

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return out;
}

// RE2 of this age spells named groups (?P<name>...); files say (?<name>...).
std::string with_named_groups(std::string_view pattern) {
  std::string out;
  for (size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '\\' && i + 1 < pattern.size()) {
      out.append(pattern.substr(i++, 2));
    } else if (pattern.substr(i, 3) == "(?<" && pattern.substr(i, 4) != "(?<=" && pattern.substr(i, 4) != "(?<!") {
      out += "(?P<";
      i += 2;
    } else {
      out += pattern[i];
    }
  }
  return out;
}

std::shared_ptr<const re2::RE2> compile_regex(std::string_view pattern, std::string& error) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(4 << 20);
  auto regex = std::make_shared<const re2::RE2>(with_named_groups(pattern), options);
  if (regex->ok()) return regex;
  error = "regex " + std::string(pattern) + ": " + regex->error();
  return nullptr;
}

HostPattern host_pattern(std::string_view text) {
  HostPattern pattern;
  const size_t colon = text.rfind(':');
  if (colon != std::string_view::npos && text.find(']', colon) == std::string_view::npos && text.find(':') == colon) {
    std::from_chars(text.data() + colon + 1, text.data() + text.size(), pattern.port);
    text = text.substr(0, colon);
  }
  pattern.text = text;
  if (text.size() > 1 && text.front() == '*') {
    pattern.kind = HostPattern::Kind::suffix;
    pattern.text.remove_prefix(1);
  } else if (text.size() > 1 && text.back() == '*') {
    pattern.kind = HostPattern::Kind::prefix;
    pattern.text.remove_suffix(1);
  }
  return pattern;
}

bool fits(const HostPattern& pattern, std::string_view host, uint16_t port) {
  if (pattern.port >= 0 && pattern.port != port) return false;
  switch (pattern.kind) {
    case HostPattern::Kind::suffix: return host.size() > pattern.text.size() && host.ends_with(pattern.text);
    case HostPattern::Kind::prefix: return host.size() > pattern.text.size() && host.starts_with(pattern.text);
    default: return host == pattern.text;
  }
}

bool same_header(std::string_view sent, std::string_view wanted) {
  if (sent.size() != wanted.size()) return false;
  auto plain = [](char c) { return c == '_' ? '-' : c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  for (size_t i = 0; i < sent.size(); ++i)
    if (plain(sent[i]) != wanted[i]) return false;
  return true;
}

bool fits(const HeaderPattern& pattern, const http::Headers& headers) {
  for (const http::Header& header : headers.all()) {
    if (!same_header(header.name, pattern.name)) continue;
    const std::string value = lower(header.value);
    if (std::find(pattern.values.begin(), pattern.values.end(), value) != pattern.values.end()) return true;
    for (const auto& regex : pattern.regexes)
      if (re2::RE2::PartialMatch(value, *regex)) return true;
  }
  return false;
}

bool match_regexes(const Matcher& matcher, const Query& query, Match& match) {
  re2::StringPiece groups[groups_max];
  for (const auto& regex : matcher.regexes) {
    const int count = std::min<int>(regex->NumberOfCapturingGroups() + 1, static_cast<int>(groups_max));
    if (!regex->Match({query.path.data(), query.path.size()}, 0, query.path.size(), re2::RE2::ANCHOR_START, groups, count)) continue;
    match.matched_prefix = query.path.substr(0, groups[0].size());
    match.captures.clear();
    if (count > 1) {
      const auto& names = regex->CapturingGroupNames();
      for (int i = 0; i < count; ++i) {
        auto name = names.find(i);
        match.captures.push_back({name == names.end() ? std::string_view() : std::string_view(name->second), {groups[i].data(), groups[i].size()}});
      }
    }
    return true;
  }
  return false;
}

bool match_path(const Matcher& matcher, const Query& query, Match& match) {
  match.matched_prefix = {};
  match.captures.clear();
  if (matcher.prefixes.empty() && matcher.regexes.empty()) return true;
  for (std::string_view prefix : matcher.prefixes)
    if (query.path.starts_with(prefix)) {
      match.matched_prefix = query.path.substr(0, prefix.size());
      return true;
    }
  return match_regexes(matcher, query, match);
}

// The fields that all parts of a route share.
bool compile_fields(const schema::Route& route, Matcher& matcher, std::string& error) {
  matcher.route = &route;
  matcher.methods = route.methods;
  for (std::string_view host : route.hosts) matcher.hosts.push_back(host_pattern(host));
  for (std::string_view sni : route.snis) {
    if (sni.size() > 1 && sni.back() == '.') sni.remove_suffix(1);
    matcher.snis.push_back(host_pattern(sni));
  }
  for (const schema::HeaderMatch& header : route.headers) {
    HeaderPattern pattern{lower(header.name), {}, {}};
    std::replace(pattern.name.begin(), pattern.name.end(), '_', '-');
    for (std::string_view value : header.values) {
      if (header.values.size() == 1 && value.substr(0, 2) == "~*") {
        auto regex = compile_regex(value.substr(2), error);
        if (regex == nullptr) return false;
        pattern.regexes.push_back(std::move(regex));
      } else {
        pattern.values.push_back(lower(value));
      }
    }
    matcher.headers.push_back(std::move(pattern));
  }
  return true;
}

// The bits of the order, highest first: number of fields set, plain host, headers, regex path, its priority, length of the prefix.
uint64_t rank_of(const schema::Route& route, bool regex, size_t prefix_bytes) {
  uint64_t fields = 0;
  for (bool set : {!route.methods.empty(), !route.hosts.empty(), !route.headers.empty(), !route.paths.empty(), !route.snis.empty(),
                   !route.sources.empty(), !route.destinations.empty()})
    fields += set ? 1 : 0;
  bool wildcard = false;
  for (std::string_view host : route.hosts) wildcard = wildcard || host.find('*') != std::string_view::npos;
  uint64_t rank = std::min<uint64_t>(fields, 7) << 61;
  if (!route.hosts.empty() && !wildcard) rank |= uint64_t{1} << 60;
  rank |= std::min<uint64_t>(route.headers.size(), 255) << 52;
  if (regex) {
    rank |= uint64_t{1} << 51;
    // As recorded: a negative priority counts as a huge unsigned one.
    rank |= (static_cast<uint64_t>(route.regex_priority) & 0xffffffffu) << 19;
  }
  return rank | std::min<uint64_t>(prefix_bytes, 0x7ffff);
}

}  // namespace

const char* Matcher::refuses(const Query& query, Match& match) const {
  if (!methods.empty() && std::find(methods.begin(), methods.end(), query.method) == methods.end()) return "method";
  if (!hosts.empty() && std::none_of(hosts.begin(), hosts.end(), [&](const HostPattern& host) { return fits(host, query.host, query.destination.port); }))
    return "host";
  // A name can only be asked for in a TLS handshake; plain requests are not held to it.
  if (!snis.empty() && query.scheme == "https" && std::none_of(snis.begin(), snis.end(), [&](const HostPattern& sni) { return fits(sni, query.sni, 0); }))
    return "sni";
  for (const HeaderPattern& header : headers)
    if (query.headers == nullptr || !fits(header, *query.headers)) return "header";
  if (!match_path(*this, query, match)) return "path";
  match.route = route;
  return nullptr;
}

bool compile_classic(const schema::Route& route, std::vector<std::unique_ptr<Matcher>>& matchers, std::string& error) {
  // Paths that differ in kind or length rank differently, so each group is a matcher of its own.
  std::map<size_t, std::vector<std::string_view>> prefixes;
  std::vector<std::string_view> regexes;
  for (std::string_view path : route.paths) {
    if (path.starts_with('~'))
      regexes.push_back(path.substr(1));
    else
      prefixes[path.size()].push_back(path);
  }
  const size_t groups = prefixes.size() + (regexes.empty() ? 0 : 1);
  const std::string parts_namespace = "7f145bf9-0dce-4f91-98eb-debbce4b9f6b";
  size_t number = 0;
  auto add = [&](bool regex, size_t length) -> Matcher* {
    auto matcher = std::make_unique<Matcher>();
    if (!compile_fields(route, *matcher, error)) return nullptr;
    matcher->rank = rank_of(route, regex, length);
    ++number;
    matcher->tie = groups > 1 ? schema::uuid5(parts_namespace, std::string(route.id) + "#" + std::to_string(number)) : std::string(route.id);
    matchers.push_back(std::move(matcher));
    return matchers.back().get();
  };
  if (groups == 0) return add(false, 0) != nullptr;
  if (!regexes.empty()) {
    Matcher* matcher = add(true, 0);
    if (matcher == nullptr) return false;
    for (std::string_view pattern : regexes) {
      auto regex = compile_regex(pattern, error);
      if (regex == nullptr) return false;
      matcher->regexes.push_back(std::move(regex));
    }
  }
  for (auto& [length, paths] : prefixes) {
    Matcher* matcher = add(false, length);
    if (matcher == nullptr) return false;
    matcher->prefixes = std::move(paths);
  }
  return true;
}

}  // namespace routing
