#include "gateway/admin/routes.h"

#include <algorithm>

namespace admin {

namespace {

bool is_capture(std::string_view segment) { return segment.starts_with('{'); }

}  // namespace

void Routes::add(std::string_view method, std::string_view pattern, Handler handler) {
  auto route = std::find_if(routes_.begin(), routes_.end(), [&](const Route& r) { return r.pattern == pattern; });
  if (route == routes_.end()) {
    Request parsed;
    set_target(parsed, pattern);
    route = routes_.insert(routes_.end(), Route{std::string(pattern), parsed.segments, {}});
  }
  const auto same = std::find_if(route->methods.begin(), route->methods.end(), [&](const auto& m) { return m.first == method; });
  if (same != route->methods.end()) {
    same->second = std::move(handler);
  } else {
    route->methods.emplace_back(method, std::move(handler));
  }
}

// The route with the longest run of literal segments from the left wins: /plugins/enabled before /plugins/{plugins}.
const Routes::Route* Routes::find(Request& request) const {
  const Route* best = nullptr;
  for (const Route& route : routes_) {
    if (route.segments.size() != request.segments.size()) continue;
    bool matches = true, better = best == nullptr, decided = better;
    for (size_t i = 0; matches && i < route.segments.size(); ++i) {
      const bool capture = is_capture(route.segments[i]);
      matches = capture || route.segments[i] == request.segments[i];
      if (!decided && capture != is_capture(best->segments[i])) decided = true, better = !capture;
    }
    if (matches && better) best = &route;
  }
  if (!best) return nullptr;
  request.captures.clear();
  for (size_t i = 0; i < best->segments.size(); ++i) {
    if (is_capture(best->segments[i])) request.captures.push_back(request.segments[i]);
  }
  return best;
}

Answer Routes::answer(Request& request) const {
  const Route* route = find(request);
  if (!route) return message(404, "Not found");
  const std::string_view wanted = request.method == "HEAD" ? std::string_view("GET") : std::string_view(request.method);
  for (const auto& [method, handler] : route->methods) {
    if (method == wanted) return handler(request);
  }
  if (request.method != "OPTIONS") return message(405, "Method not allowed");
  std::vector<std::string> names = {"OPTIONS"};
  for (const auto& [method, handler] : route->methods) {
    names.push_back(method);
    if (method == "GET") names.push_back("HEAD");
  }
  std::sort(names.begin(), names.end());
  std::string allowed;
  for (const std::string& name : names) allowed += (allowed.empty() ? "" : ", ") + name;
  Answer answer = empty(204);
  answer.headers = {{"Allow", allowed}, {"Access-Control-Allow-Methods", allowed}, {"Access-Control-Allow-Headers", "Content-Type"}};
  return answer;
}

std::vector<std::string> Routes::patterns() const {
  std::vector<std::string> patterns;
  for (const Route& route : routes_) patterns.push_back(route.pattern);
  std::sort(patterns.begin(), patterns.end());
  return patterns;
}

}  // namespace admin
