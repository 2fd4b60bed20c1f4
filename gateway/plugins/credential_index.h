#pragma once
// Finds credentials in constant time: built once for each snapshot, shared by all plugins.

#include <string_view>
#include <unordered_map>
#include <vector>

#include "schema/config.h"

namespace plugins {

class CredentialIndex {
 public:
  explicit CredentialIndex(const schema::Config& config);

  const schema::Credential* by_key(std::string_view key) const;  // keyauth_credentials.key
  // acls.group of a consumer, in file order.
  const std::vector<std::string_view>* groups(const schema::Consumer* consumer) const;
  // By id or username; nullptr when there is none.
  const schema::Consumer* consumer(std::string_view id_or_username) const;

 private:
  std::unordered_map<std::string_view, const schema::Credential*> keys_;
  std::unordered_map<const schema::Consumer*, std::vector<std::string_view>> groups_;
  std::unordered_map<std::string_view, const schema::Consumer*> consumers_;
};

}  // namespace plugins
