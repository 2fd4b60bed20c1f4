#include <algorithm>
#include <cctype>

#include "deckctl/lint/checks.h"
#include "deckctl/lint/findings.h"
#include "deckctl/lint/scene.h"

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

// The path or header that the router's error is about.
const schema::Value* bad_regex(const schema::Route& route, const std::string& error) {
  for (std::string_view path : route.paths)
    if (path.starts_with('~') && error.find(path.substr(1)) != std::string::npos) return item_of(route.entity->given.find("paths"), path);
  for (const schema::HeaderMatch& header : route.headers)
    for (std::string_view value : header.values)
      if (value.starts_with("~*") && error.find(value.substr(2)) != std::string::npos) return item_of(given_at(*route.entity, {"headers", header.name}), value);
  return nullptr;
}

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

void regex_unsupported(const Scene& scene, Findings& findings) {
  if (scene.router_errors.empty()) return;
  // A router for each route alone tells whose fault it is.
  for (const schema::Route& route : scene.config.routes) {
    std::vector<std::string> errors;
    const routing::Router router(std::span(&route, 1), routing::Flavor::traditional_compatible, errors);
    for (const std::string& error : errors) {
      const size_t name_end = error.find(": ");  // "route NAME: why"
      findings.add(*route.entity, bad_regex(route, error), name_end == std::string::npos ? error : error.substr(name_end + 2));
    }
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
