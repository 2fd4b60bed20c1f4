#include "gateway/plugins/request_echo.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <map>
#include <vector>

#include "gateway/http/authority.h"
#include "gateway/plugins/access_record.h"
#include "gateway/plugins/body_fields.h"
#include "gateway/plugins/json_members.h"
#include "gateway/plugins/json_text.h"
#include "gateway/http/query.h"

namespace plugins {
namespace {

// Values by name, in JSON; a name with several values gets an array.
using Grouped = std::map<std::string, std::vector<std::string>>;

std::string json_of(std::string_view text) {
  std::string json;
  append_json_text(json, text);
  return json;
}

std::string json_of(const Grouped& grouped) {
  std::string json = "{";
  for (const auto& [name, values] : grouped) {
    if (json.size() > 1) json += ',';
    json += json_of(name) + ':';
    if (values.size() == 1) json += values[0];
    else json += fmt::format("[{}]", fmt::join(values, ","));
  }
  return json + '}';
}

std::string parameters(std::string_view query) {
  Grouped grouped;
  http::each_parameter(query, [&grouped](const http::Parameter& parameter) {
    grouped[http::decode(parameter.name, true)].push_back(parameter.has_value ? json_of(http::decode(parameter.value, true)) : "true");
    return true;
  });
  return json_of(grouped);
}

std::string headers(const http::RequestHead& request) {
  Grouped grouped;
  for (const http::Header& header : request.headers.all()) {
    std::string name(header.name);
    std::ranges::transform(name, name.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    grouped[name].push_back(json_of(header.value));
  }
  if (!request.host.empty() && !grouped.contains("host")) grouped["host"].push_back(json_of(request.host));
  return json_of(grouped);
}

std::string captures(const routing::Match& match) {
  std::string named, unnamed;
  const std::vector<routing::Capture> all = match.captures();
  for (size_t i = 1; i < all.size(); ++i) {
    const routing::Capture& capture = all[i];
    if (!unnamed.empty()) unnamed += ',';
    unnamed += json_of(capture.value);
    if (capture.name.empty()) continue;
    if (!named.empty()) named += ',';
    named += json_of(capture.name) + ':' + json_of(capture.value);
  }
  return "{\"named\":{" + named + "},\"unnamed\":[" + unnamed + "]}";
}

std::string entity(const schema::Entity* entity) {
  std::string json;
  if (entity == nullptr) return "{}";
  append_json(json, *entity, workspace_id);
  return json;
}

}  // namespace

std::string describe_request(const Exchange& exchange, std::string_view body, std::string_view node_id) {
  const std::string_view host = http::host_of(exchange.request.host);
  std::string parsed;
  std::string_view type = exchange.request.headers.get(http::Name::content_type);
  if (body_kind(type) == BodyKind::json && json_members(body)) parsed = fmt::format(",\"body\":{}", body);
  if (body_kind(type) == BodyKind::form && !body.empty()) parsed = fmt::format(",\"body\":{}", parameters(body));
  std::array<char, 256> hostname{};
  gethostname(hostname.data(), hostname.size() - 1);
  return fmt::format(
      "{{\"kong\":{{\"hostname\":{},\"node_id\":{},\"worker_pid\":{}}},\"request\":{{\"scheme\":{},\"host\":{},\"port\":{},\"method\":{},"
      "\"path\":{},\"query\":{},\"headers\":{},\"uri_captures\":{},\"raw_body\":{}{}}},\"matched_route\":{},\"matched_service\":{}}}",
      json_of(std::string_view(hostname.data())), json_of(node_id), getpid(), json_of(exchange.client.scheme), json_of(host),
      exchange.client.server_port, json_of(exchange.request.method), json_of(exchange.path), parameters(exchange.query), headers(exchange.request),
      captures(exchange.match), json_of(body), parsed, entity(exchange.route != nullptr ? exchange.route->entity : nullptr),
      entity(exchange.service != nullptr ? exchange.service->entity : nullptr));
}

}  // namespace plugins
