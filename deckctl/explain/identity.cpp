#include "deckctl/explain/identity.h"

#include <algorithm>

#include "gateway/http/query.h"
#include "gateway/http/uri.h"
#include "schema/masked.h"

namespace deckctl::explain {

namespace {

struct Key {
  std::string value, where;  // where empty: the request has none
};

Key key_in(const Asked& asked, const schema::Reader& settings) {
  const http::Headers fields = fields_of(asked);
  for (std::string_view name : settings.texts("key_names")) {
    if (settings.boolean("key_in_header"))
      if (const std::string_view value = fields.get(name); !value.empty()) return {std::string(value), "header " + std::string(name)};
    std::string value;
    if (settings.boolean("key_in_query") && http::find_parameter(http::split_target(asked.target).query, name, value)) return {value, "query parameter " + std::string(name)};
  }
  return {};
}

const schema::Consumer* owner_of(const schema::Config& config, const std::string& key) {
  auto found = config.credentials.find("keyauth_credentials");
  if (found == config.credentials.end()) return nullptr;
  for (const schema::Credential& credential : found->second)
    if (credential.fields.text("key") == key) return credential.consumer;
  return nullptr;
}

}  // namespace

std::string called(const schema::Consumer& consumer) {
  return consumer.username.empty() ? std::string(consumer.id)
                                   : schema::shown_field(consumer.entity, "username", consumer.username);
}

const schema::Consumer* consumer_named(const schema::Config& config, std::string_view name_or_id) {
  for (const schema::Consumer& consumer : config.consumers)
    if (consumer.username == name_or_id || consumer.id == name_or_id || (!consumer.custom_id.empty() && consumer.custom_id == name_or_id)) return &consumer;
  return nullptr;
}

Identity identify(const schema::Config& config, const schema::Plugin& authentication, const Asked& asked) {
  if (authentication.name != "key-auth") return {};
  const schema::Reader& settings = authentication.config;
  const Key key = key_in(asked, settings);
  const schema::Consumer* owner = key.where.empty() ? nullptr : owner_of(config, key.value);
  if (owner != nullptr) return {owner, "key-auth: the " + key.where + " is a key of consumer " + called(*owner)};
  std::string missing = "key-auth: ";
  if (!key.where.empty()) missing += "no consumer has the key in " + key.where;
  else if (settings.boolean("key_in_body")) return {};  // it may stand in the body
  else missing += "the request has no key";
  const schema::Consumer* anonymous = consumer_named(config, settings.text("anonymous"));
  if (anonymous != nullptr && !settings.text("anonymous").empty()) return {anonymous, missing + ", so it is the anonymous consumer " + called(*anonymous)};
  return {nullptr, missing + ", so as it stands it is answered with 401"};
}

}  // namespace deckctl::explain
