#include "schema/kong_errors.h"

#include <map>

#include "schema/report.h"

namespace schema {

namespace {

struct Node {
  std::map<std::string, Node> inner;
  std::vector<std::string> entity;
  std::string message;

  std::string text() const {
    if (inner.empty() && entity.empty()) return json_quoted(message);
    std::string out = "{";
    if (!entity.empty()) {
      out += "\"@entity\":[";
      for (size_t i = 0; i < entity.size(); ++i) out += (i == 0 ? "" : ",") + json_quoted(entity[i]);
      out += "]";
    }
    for (const auto& [name, node] : inner) out += (out.size() > 1 ? "," : "") + json_quoted(name) + ":" + node.text();
    return out + "}";
  }
};

}  // namespace

std::string fields_tree(const Problems& problems) {
  Node root;
  for (const Problem& problem : problems.all()) {
    if (problem.severity != Severity::error) continue;
    Node* node = &root;
    for (const Step& step : problem.path)
      node = &node->inner[std::holds_alternative<size_t>(step) ? std::to_string(std::get<size_t>(step) + 1) : std::get<std::string>(step)];
    if (problem.path.empty())
      root.inner["error"].message = problem.what;
    else if (problem.entity)
      node->entity.push_back(problem.what);
    else
      node->message = problem.what;
  }
  return root.inner.empty() ? "{}" : root.text();
}

}  // namespace schema
