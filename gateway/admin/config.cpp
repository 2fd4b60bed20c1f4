// /config: what the node runs, and how it gets another configuration.

#include <charconv>
#include <mutex>

#include "gateway/admin/provenance.h"
#include "gateway/admin/refusal.h"
#include "gateway/admin/resources.h"
#include "schema/check.h"
#include "schema/dump.h"
#include "schema/json.h"
#include "schema/utf8.h"
#include "schema/uuid.h"

namespace admin {

namespace {

const std::string* find(const Pairs& pairs, std::string_view name) {
  for (const auto& [key, value] : pairs) {
    if (key == name) return &value;
  }
  return nullptr;
}

// A request for another configuration: the document and what stands beside it, in the query or in the body.
struct Order {
  std::string text;
  std::string if_hash;  // the configuration that is to be replaced, by its hash; empty: whichever
  bool check_hash = false, flatten = false, dry_run = false, places = false;
  Provenance provenance;
  uint32_t confirm_within_s = 0;
};

constexpr uint32_t confirm_within_s_max = 24 * 60 * 60;

// False: it is not a number of seconds.
bool parse_seconds(const std::string& text, uint32_t& seconds) {
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  return fault == std::errc() && end == text.data() + text.size() && seconds >= 1 && seconds <= confirm_within_s_max;
}

bool is_yaml(std::string_view type) { return type == "application/yaml" || type == "text/yaml" || type == "application/x-yaml"; }

// What stands beside a document's own members, read by the reader that reads the document afterwards: it may be large. False: the body is
// unusual (no JSON, a name that stands twice, a list or record that is no part of a document), and the library shall judge it.
bool members_of_document(std::string_view body, Pairs& members) {
  schema::Arena arena;
  schema::Problems problems;
  schema::Value root;
  if (schema::utf8_fault(body) != std::string_view::npos || !schema::read_json(body, 0, arena, problems, {}, root) || !root.is_object()) return false;
  Pairs found;
  for (const auto& [name, place, value] : root.members()) {
    if (name.starts_with('_') || schema::shapes().entity(name) != nullptr) continue;
    if (!value.is_text() && value.kind() != schema::Kind::boolean && value.kind() != schema::Kind::integer) return false;
    found.emplace_back(name, schema::shown(value));
  }
  members = std::move(found);
  return true;
}

// The document is the member `config` of a JSON, form or multipart body; a JSON body without one, or a YAML body, is the document itself.
bool read_document(const Request& request, Pairs& members, std::string& text, Answer& refusal) {
  const bool nothing = request.body.empty() && request.parts.empty();
  if (nothing) return refusal = message(400, "expected a declarative configuration"), false;
  if (is_yaml(request.content_type)) return text = request.body, true;
  const bool is_json = request.content_type == "application/json";
  if (!(is_json && members_of_document(request.body, members)) && !body_members(request, members)) {
    refusal = is_json ? message(400, "Cannot parse JSON body") : stock_page(415, "Unsupported Media Type");
    return false;
  }
  if (const std::string* config = find(members, "config")) return text = *config, true;
  if (is_json) return text = request.body, true;
  return refusal = message(400, "expected a declarative configuration"), false;
}

bool read_order(const Request& request, Order& order, Answer& refusal) {
  Pairs members;
  if (!read_document(request, members, order.text, refusal)) return false;
  const auto parameter = [&](std::string_view name) {
    const std::string* value = request.parameter(name);
    if (value == nullptr) value = find(members, name);
    return value == nullptr ? std::string() : *value;
  };
  order.if_hash = parameter("if_hash");
  order.check_hash = parameter("check_hash") == "1";
  order.flatten = truthy(parameter("flatten_errors"));
  order.dry_run = truthy(parameter("dry_run"));
  order.places = truthy(parameter("problems"));
  order.provenance = provenance_of(parameter);
  order.provenance.identity = request.identity;
  const std::string within = parameter("confirm_within");
  if (!within.empty() && !parse_seconds(within, order.confirm_within_s))
    return refusal = message(400, "confirm_within: expected seconds from 1 to " + std::to_string(confirm_within_s_max)), false;
  return true;
}

std::string entities_json(const schema::Config& config) {
  std::string out;
  for (const auto& [collection, entities] : config.entities) {
    if (entities.empty()) continue;
    out += out.empty() ? '{' : ',';
    out += quoted(collection) + ":{";
    for (const schema::Entity& entity : entities) {
      if (&entity != &entities.front()) out += ',';
      out += '"';
      out.append(entity.id).append("\":").append(schema::to_json(entity));
    }
    out += '}';
  }
  return out.empty() ? "{}" : out + '}';
}

Answer busy() {
  Answer answer = message(429, "another configuration is being loaded");
  answer.headers.emplace_back("Retry-After", "1");
  return answer;
}

// `one_at_a_time`: between a look at the running configuration and its replacement no other request may come.
Answer post(Node& node, std::mutex& one_at_a_time, const Request& request) {
  Order order;
  Answer refusal;
  if (!read_order(request, order, refusal)) return refusal;
  if (order.check_hash) {
    const auto running = node.config();
    if (running != nullptr && running->hash == schema::md5_hex(order.text)) return empty(304);
  }
  const std::unique_lock alone(one_at_a_time, std::try_to_lock);
  if (!alone || node.loading()) return busy();
  if (!order.if_hash.empty()) {
    const auto running = node.config();
    const std::string hash = running != nullptr ? running->hash : std::string(32, '0');
    if (hash != order.if_hash) return message(412, "the running configuration is " + hash + ", not " + order.if_hash);
  }
  const LoadOutcome outcome =
      node.load({{{"config", std::move(order.text), schema::Syntax::detect}}, order.dry_run, std::move(order.provenance), order.confirm_within_s});
  if (outcome.loaded && outcome.config != nullptr) return json(order.dry_run ? 200 : 201, entities_json(*outcome.config));
  if (outcome.fault.status != 0) return message(outcome.fault.status, outcome.fault.what);
  if (!outcome.problems.any_error()) return message(500, "An unexpected error occurred");
  const schema::Document& document = outcome.config != nullptr ? outcome.config->document : outcome.document;
  return json(400, refusal_body(outcome.problems, document, order.flatten, order.places));
}

}  // namespace

void add_config(Routes& routes, Node& node) {
  routes.add("GET", "/config", [&node](const Request& request) {
    const auto config = node.config();
    // JSON on demand: tools read it ten times as fast.
    const std::string* format = request.parameter("format");
    const schema::DumpOptions options{.mask_secrets = request.masked};
    return json(200, "{\"config\":" + quoted(format != nullptr && *format == "json" ? schema::to_json(*config, options) : schema::to_yaml(*config, options)) + "}");
  });
  const auto one_at_a_time = std::make_shared<std::mutex>();  // shared: handlers are copied
  routes.add("POST", "/config", [&node, one_at_a_time](const Request& request) { return post(node, *one_at_a_time, request); });
}

}  // namespace admin
