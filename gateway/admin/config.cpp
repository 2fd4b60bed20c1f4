// /config: what the node runs, and how it gets another configuration.

#include "gateway/admin/resources.h"
#include "schema/dump.h"
#include "schema/kong_errors.h"
#include "schema/report.h"
#include "schema/shape.h"

namespace admin {

namespace {

// The document of a request: the parameter `config` of a JSON, form or multipart body, or the body itself.
bool document_of(const Request& request, std::string& text) {
  if (request.content_type == "application/json" || request.content_type == "application/x-www-form-urlencoded") {
    Pairs members;
    if (!body_members(request, members)) return false;
    for (const auto& [name, value] : members)
      if (name == "config") {
        text = value;
        return true;
      }
    for (const auto& [name, value] : members)
      if (name == "_format_version") {
        text = request.body;
        return true;
      }
    return false;
  }
  for (const auto& [name, content] : request.parts)
    if (name == "config") {
      text = content;
      return true;
    }
  text = request.body;
  return !text.empty();
}

Answer refused(const LoadOutcome& outcome) {
  std::string report;
  for (const schema::Problem& problem : outcome.problems.all())
    if (problem.severity == schema::Severity::error) report.append(report.empty() ? "" : ",").append(quoted(schema::report_line(problem, outcome.document)));
  return json(400, "{\"code\":14,\"name\":\"invalid declarative configuration\",\"message\":\"declarative config is invalid: {...}\",\"fields\":" +
                       schema::fields_tree(outcome.problems) + ",\"problems\":[" + report + "]}");
}

Answer accepted(const schema::Config& config) {
  std::string out;
  for (const auto& [collection, entities] : config.entities) {
    out.append(out.empty() ? "{" : ",").append(quoted(collection)).append(":{");
    bool first = true;
    for (const schema::Entity& entity : entities) {
      out.append(first ? "" : ",").append(quoted(entity.id)).append(":").append(schema::to_json(entity));
      first = false;
    }
    out += "}";
  }
  return json(201, out.empty() ? "{}" : out + "}");
}

Answer post(Node& node, const Request& request) {
  std::string text;
  if (!document_of(request, text)) return message(400, "expected a declarative configuration");
  const std::string* dry_run = request.parameter("dry_run");
  LoadOutcome outcome = node.load({{"config", std::move(text), schema::Syntax::detect}}, dry_run != nullptr && truthy(*dry_run));
  return outcome.loaded ? accepted(*outcome.config) : refused(outcome);
}

}  // namespace

void add_config(Routes& routes, Node& node) {
  routes.add("GET", "/config", [&node](const Request&) {
    auto config = node.config();
    return json(200, "{\"config\":" + quoted(schema::to_json(*config)) + "}");
  });
  routes.add("POST", "/config", [&node](const Request& request) { return post(node, request); });
}

}  // namespace admin
