#include "gateway/plugins/credential_index.h"

namespace plugins {

CredentialIndex::CredentialIndex(const schema::Config& config) {
  auto collection = [&config](std::string_view name) -> const std::vector<schema::Credential>* {
    auto found = config.credentials.find(name);
    return found == config.credentials.end() ? nullptr : &found->second;
  };
  if (const auto* keys = collection("keyauth_credentials")) {
    keys_.reserve(keys->size());
    for (const schema::Credential& credential : *keys) keys_.emplace(credential.fields.text("key"), &credential);
  }
  if (const auto* groups = collection("acls")) {
    for (const schema::Credential& membership : *groups) groups_[membership.consumer].push_back(membership.fields.text("group"));
  }
  consumers_.reserve(config.consumers.size() * 2);
  for (const schema::Consumer& consumer : config.consumers) consumers_.emplace(consumer.id, &consumer);
  // Ids first: a username that looks like another consumer's id must not take its place.
  for (const schema::Consumer& consumer : config.consumers) {
    if (!consumer.username.empty()) consumers_.emplace(consumer.username, &consumer);
  }
}

const schema::Credential* CredentialIndex::by_key(std::string_view key) const {
  auto found = keys_.find(key);
  return found == keys_.end() ? nullptr : found->second;
}

const std::vector<std::string_view>* CredentialIndex::groups(const schema::Consumer* consumer) const {
  auto found = groups_.find(consumer);
  return found == groups_.end() ? nullptr : &found->second;
}

const schema::Consumer* CredentialIndex::consumer(std::string_view id_or_username) const {
  auto found = consumers_.find(id_or_username);
  return found == consumers_.end() ? nullptr : found->second;
}

}  // namespace plugins
