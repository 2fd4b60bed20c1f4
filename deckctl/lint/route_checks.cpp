#include <algorithm>
#include <cctype>

#include "deckctl/lint/checks.h"
#include "deckctl/lint/findings.h"
#include "deckctl/lint/scene.h"
#include "schema/regex.h"

namespace deckctl::lint {

namespace {

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }

// The first dot of a pattern that stands for itself by the looks of it, and for any character by the rules; npos: none.
size_t unescaped_dot(std::string_view pattern) {
  bool in_class = false;
  for (size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '\\') ++i;
    else if (pattern[i] == '[') in_class = true;
    else if (pattern[i] == ']') in_class = false;
    else if (pattern[i] == '.' && !in_class && i > 0 && i + 1 < pattern.size() && is_word(pattern[i - 1]) && is_word(pattern[i + 1])) return i;
  }
  return std::string_view::npos;
}

bool looks_like_regex(std::string_view path) { return path.find_first_of("*([\\^|{") != std::string_view::npos || path.ends_with('$'); }

// A plugin that can answer by itself, so that no service is needed.
bool may_answer(const schema::Plugin& plugin) {
  static constexpr std::string_view answering[] = {"request-termination", "redirect", "aws-lambda", "azure-functions", "pre-function", "post-function", "ai-proxy", "oauth2", "acme"};
  return std::ranges::find(answering, plugin.name) != std::end(answering);
}

}  // namespace

void path_looks_like_regex(const Scene& scene, Findings& findings) {
  for (const schema::Route& route : scene.config.routes)
    for (std::string_view path : route.paths)
      if (!path.starts_with('~') && looks_like_regex(path))
        findings.add(*route.entity, item_of(route.entity->given.find("paths"), path), "path " + std::string(path) + " is compared letter by letter, but looks like a pattern",
                     "a regular expression begins with a tilde: ~/...");
}

void regex_unescaped_dot(const Scene& scene, Findings& findings) {
  for (const schema::Route& route : scene.config.routes)
    for (std::string_view path : route.paths)
      if (path.starts_with('~') && unescaped_dot(path.substr(1)) != std::string_view::npos) {
        const size_t dot = unescaped_dot(path.substr(1)) + 1;
        findings.add(*route.entity, item_of(route.entity->given.find("paths"), path), "the dot of " + std::string(path) + " matches any character",
                     "write " + std::string(path.substr(0, dot)) + "\\" + std::string(path.substr(dot)));
      }
}

void regex_backtracking(const Scene& scene, Findings& findings) {
  for (const schema::Route& route : scene.config.routes) {
    auto check = [&](std::string_view pattern, const schema::Value* place) {
      std::string error;
      const auto regex = schema::Regex::compile(pattern, error);
      if (regex != nullptr && regex->linear_pattern() == nullptr)
        findings.add(*route.entity, place, "regex " + std::string(pattern) + " needs backtracking", "it is given up after a number of steps, and then does not match");
    };
    for (std::string_view path : route.paths)
      if (path.starts_with('~')) check(path.substr(1), item_of(route.entity->given.find("paths"), path));
    for (const schema::HeaderMatch& header : route.headers)
      if (header.values.size() == 1 && header.values[0].starts_with("~*")) check(header.values[0].substr(2), item_of(given_at(*route.entity, {"headers", header.name}), header.values[0]));
  }
}

void host_in_capitals(const Scene& scene, Findings& findings) {
  for (const schema::Route& route : scene.config.routes)
    for (std::string_view host : route.hosts)
      if (std::ranges::any_of(host, [](char c) { return c >= 'A' && c <= 'Z'; }))
        findings.add(*route.entity, item_of(route.entity->given.find("hosts"), host), "host " + std::string(host) + " has capital letters, which clients do not send",
                     "hosts are compared with their case");
}

void route_without_service(const Scene& scene, Findings& findings) {
  if (!scene.complete) return;
  for (const ServedRoute& served : scene.served) {
    if (served.route->service != nullptr) continue;
    if (std::ranges::any_of(served.chain, [](const plugins::Ranked& ranked) { return may_answer(*ranked.plugin); })) continue;
    findings.add(*served.route->entity, nullptr, "has no service and no plugin that answers", "requests get 503");
  }
}

}  // namespace deckctl::lint
