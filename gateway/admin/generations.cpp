// /gateway: what the node serves and what it served before, the way back, and the word that a configuration may stay.

#include <charconv>

#include "gateway/admin/provenance.h"
#include "gateway/admin/refusal.h"
#include "gateway/admin/resources.h"

namespace admin {

namespace {

std::string_view name_of(Origin origin) {
  switch (origin) {
    case Origin::file:
      return "file";
    case Origin::post:
      return "POST /config";
    case Origin::rollback:
      return "rollback";
    case Origin::returned:
      return "not confirmed in time";
    default:
      return "none";
  }
}

void add(std::string& json, std::string_view name, const std::string& value) {
  json += (json.empty() ? "" : ",") + quoted(name) + ":" + value;
}

// Members that say nothing are left out.
void add_text(std::string& json, std::string_view name, const std::string& value) {
  if (!value.empty()) add(json, name, quoted(value));
}

void add_provenance(std::string& json, const Generation& generation) {
  add(json, "origin", quoted(name_of(generation.origin)));
  if (generation.repeats != 0) add(json, "repeats", std::to_string(generation.repeats));
  add_text(json, "commit", generation.provenance.commit);
  add_text(json, "author", generation.provenance.author);
  add_text(json, "synced_by", generation.provenance.synced_by);
  add_text(json, "identity", generation.provenance.identity);
}

std::string generation_json(const Generation& generation, const Standing& standing) {
  std::string json;
  add(json, "generation", std::to_string(generation.number));
  if (generation.damaged) {
    add(json, "damaged", "true");
    return "{" + json + "}";
  }
  add(json, "hash", quoted(generation.hash));
  add(json, "bytes", std::to_string(generation.bytes));
  add(json, "accepted_at", std::to_string(generation.at_s));
  add_provenance(json, generation);
  if (generation.confirm_until_s != 0) add(json, "confirmed", "false");
  if (generation.number == standing.serving.number) add(json, "serving", "true");
  return "{" + json + "}";
}

Answer list(Node& node) {
  const Standing standing = node.standing();
  std::string all;
  for (const Generation& generation : node.generations())
    all += (all.empty() ? "" : ",") + generation_json(generation, standing);
  return json(200, "{\"data\":[" + all + "]}");
}

std::string waiting_json(const Standing& standing) {
  return "{\"before\":" + std::to_string(standing.serving.before) +
         ",\"confirm_until\":" + std::to_string(standing.serving.confirm_until_s) +
         ",\"seconds_left\":" + std::to_string(standing.waiting_s) + "}";
}

Answer status(Node& node) {
  const Standing standing = node.standing();
  const auto config = node.config();
  std::string json, warnings;
  add(json, "hash", quoted(config != nullptr ? config->hash : std::string(32, '0')));
  add(json, "generation", std::to_string(standing.serving.number));
  add(json, "loaded_at", std::to_string(standing.loaded_at_s));
  add_provenance(json, standing.serving);
  add(json, "kept", standing.kept ? "true" : "false");
  add(json, "loads", std::to_string(standing.loads));
  add(json, "refusals", std::to_string(standing.refusals));
  if (const auto refused = node.last_refusal()) add(json, "last_refused", refused_json(*refused));
  for (const std::string& warning : node.warnings()) warnings += (warnings.empty() ? "" : ",") + quoted(warning);
  add(json, "warnings", "[" + warnings + "]");
  add(json, "pending", standing.waiting ? waiting_json(standing) : "null");
  return admin::json(200, "{" + json + "}");
}

// The parameters of a request, in its query or its body.
class Parameters {
 public:
  explicit Parameters(const Request& request) : request_(request) { body_members(request, members_); }
  std::string operator()(std::string_view name) const {
    if (const std::string* value = request_.parameter(name)) return *value;
    for (const auto& [key, value] : members_)
      if (key == name) return value;
    return {};
  }

 private:
  const Request& request_;
  Pairs members_;
};

Answer roll_back(Node& node, const Request& request) {
  const Parameters parameters(request);
  const std::string wanted = parameters("generation");
  uint64_t number = 0;
  const auto [end, fault] = std::from_chars(wanted.data(), wanted.data() + wanted.size(), number);
  if (!wanted.empty() && (fault != std::errc() || end != wanted.data() + wanted.size() || number == 0))
    return message(400, "generation: expected its number");
  const std::string if_hash = parameters("if_hash"), hash = node.standing().serving.hash;
  if (!if_hash.empty() && if_hash != hash) return message(412, "the running configuration is " + hash + ", not " + if_hash);
  Provenance by = provenance_of(parameters);
  by.identity = request.identity;
  const LoadOutcome outcome = node.roll_back(number, std::move(by));
  if (outcome.loaded) return json(200, generation_json(outcome.generation, node.standing()));
  if (outcome.fault.status != 0) return message(outcome.fault.status, outcome.fault.what);
  return json(400, refusal_body(outcome.problems,
                                outcome.config != nullptr ? outcome.config->document : outcome.document, false, true));
}

Answer confirm(Node& node, const Request& request) {
  const Fault fault = node.confirm(Parameters(request)("hash"));
  return fault.status != 0 ? message(fault.status, fault.what)
                           : json(200, generation_json(node.standing().serving, node.standing()));
}

}  // namespace

void add_generations(Routes& routes, Node& node) {
  routes.add("GET", "/gateway/status", [&node](const Request&) { return status(node); });
  routes.add("GET", "/gateway/generations", [&node](const Request&) { return list(node); });
  routes.add("POST", "/gateway/rollback", [&node](const Request& request) { return roll_back(node, request); });
  routes.add("POST", "/gateway/confirm", [&node](const Request& request) { return confirm(node, request); });
}

}  // namespace admin
