#include "deckctl/nodes/remote_node.h"

#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "schema/report.h"
#include "schema/uuid.h"

namespace deckctl {

namespace {

using nlohmann::json;

// A node that loads something else says so; loads take seconds at most.
constexpr int busy_tries_max = 20;
constexpr auto busy_pause = std::chrono::milliseconds(500);
constexpr size_t shown_problems_max = 20;

std::string text_of(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string percent_encoded(const std::string& text) {
  static constexpr char digits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (byte >= '0' && byte <= '9') || ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'z') || byte == '-' || byte == '.' || byte == '_';
    if (plain) out += c;
    else out.append({'%', digits[byte >> 4], digits[byte & 15]});
  }
  return out;
}

std::string fault_of(const Reply& reply) {
  if (reply.status == 0) return reply.fault;
  if (reply.good()) return "";
  std::string text = "answered " + std::to_string(reply.status);
  if (reply.status == 401 || reply.status == 403) text += " (are the credentials right?)";
  return text;
}

std::string read_object(const Reply& reply, json& object) {
  if (std::string fault = fault_of(reply); !fault.empty()) return fault;
  object = json::parse(reply.body, nullptr, false);
  return object.is_object() ? "" : "does not answer like an Admin API";
}

// A configuration sent as one line of JSON: places in it say nothing, paths do. Entities are left out: they hold secrets.
std::string refusal_of(const Reply& reply) {
  const json object = json::parse(reply.body, nullptr, false);
  std::string text = "refused it (" + std::to_string(reply.status) + ")";
  if (!object.is_object()) return text;
  const auto problems = object.find("problems");
  if (problems == object.end() || !problems->is_array() || problems->empty()) {
    const std::string message = text_of(object, "message");
    return message.empty() ? text : text + ": " + message;
  }
  size_t shown = 0;
  for (const json& problem : *problems) {
    if (!problem.is_string()) continue;
    if (shown++ == shown_problems_max) return text + "\n  and " + std::to_string(problems->size() - shown_problems_max) + " more";
    text += "\n  " + problem.get<std::string>();
  }
  return text;
}

schema::LoadOptions as_node(const Identity& identity) {
  schema::LoadOptions options;
  options.accept_described_plugins = true;
  options.expressions_flavor = identity.router_flavor == "expressions";
  // Secrets that the node looks up itself are not there on this side.
  options.environment = [](std::string_view) { return std::optional<std::string>(); };
  return options;
}

}  // namespace

std::string hash_of(std::string_view text, const schema::Config& config) {
  return config.entities.empty() ? std::string(32, '0') : schema::md5_hex(text);
}

std::string RemoteNode::identify(Identity& identity) {
  json root;
  if (std::string fault = read_object(transport_->get("/"), root); !fault.empty()) return fault;
  identity.gateway_version = text_of(root, "gateway_version");
  identity.spoken_version = text_of(root, "version");
  if (identity.spoken_version.empty()) return "does not answer like an Admin API";
  if (const auto settings = root.find("configuration"); settings != root.end() && settings->is_object()) identity.router_flavor = text_of(*settings, "router_flavor");
  return "";
}

std::string RemoteNode::ask_status(Status& status) {
  json object;
  if (std::string fault = read_object(transport_->get("/status"), object); !fault.empty()) return fault;
  status.hash = text_of(object, "configuration_hash");
  status.not_ready = text_of(object, "not_ready");
  return status.hash.empty() ? "does not tell its configuration_hash" : "";
}

std::string RemoteNode::ask_hash(std::string& hash) {
  Status status;
  std::string fault = ask_status(status);
  hash = status.hash;
  return fault;
}

std::string RemoteNode::fetch(Running& running) {
  if (std::string fault = identify(running.identity); !fault.empty()) return fault;
  if (std::string fault = ask_hash(running.hash); !fault.empty()) return fault;
  json answer;
  if (std::string fault = read_object(transport_->get("/config?format=json"), answer); !fault.empty()) return "/config: " + fault;
  running.text = text_of(answer, "config");
  return running.text.empty() ? "/config: does not tell the configuration" : "";
}

std::string RemoteNode::understand(Running& running) const {
  schema::Problems problems;
  schema::Document refused;
  running.config = schema::load({{name_, running.text, schema::Syntax::detect}}, problems, as_node(running.identity), &refused);
  if (running.config == nullptr) return "runs what is not understood here:\n" + schema::report(problems, refused, schema::Format::text);
  return "";
}

std::string Accompanying::query() const {
  std::string text;
  const auto add = [&text](const char* name, const std::string& value) {
    if (!value.empty()) text += std::string("&") + name + "=" + percent_encoded(value);
  };
  add("commit", commit);
  add("author", author);
  add("synced_by", synced_by);
  return confirm_within_s == 0 ? text : text + "&confirm_within=" + std::to_string(confirm_within_s);
}

Telling RemoteNode::ask(const std::string& path, const std::string& body, const std::string& type) {
  Reply reply;
  for (int tries = 0; tries < busy_tries_max; ++tries) {
    if (tries > 0) std::this_thread::sleep_for(busy_pause);
    reply = transport_->post(path, body, type);
    if (reply.status != 429) break;
  }
  if (reply.status == 0) return {reply.may_have_arrived ? Told::unclear : Told::refused, reply.fault};
  if (reply.good()) return {};
  if (reply.status == 412) return {Told::refused, "has been given another configuration meanwhile"};
  if (reply.status == 401 || reply.status == 403) return {Told::refused, fault_of(reply)};
  return {Told::refused, refusal_of(reply)};
}

Telling RemoteNode::tell(const std::string& text, const std::string& if_hash, const std::string& more) {
  const std::string type = text.starts_with('{') ? "application/json" : "application/yaml";
  return ask("/config?problems=1&if_hash=" + if_hash + more, text, type);
}

Telling RemoteNode::confirm(const std::string& hash) {
  const Telling first = ask("/gateway/confirm?hash=" + hash, "", "application/json");
  if (first.told != Told::unclear) return first;
  // The answer was lost: what the node says now decides.
  json status;
  if (!read_object(transport_->get("/gateway/status"), status).empty()) return first;
  if (text_of(status, "hash") == hash && status.value("pending", json()).is_null()) return {};
  return ask("/gateway/confirm?hash=" + hash, "", "application/json");
}

Telling RemoteNode::roll_back(const std::string& hash, const Accompanying& with) {
  return ask("/gateway/rollback?if_hash=" + hash + with.query(), "", "application/json");
}

}  // namespace deckctl
