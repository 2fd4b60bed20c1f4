#pragma once
// A configuration as the rules look at it: which routes take requests, and which plugins run for them.

#include <string_view>
#include <unordered_map>
#include <vector>

#include "gateway/plugins/precedence.h"
#include "schema/config.h"

namespace deckctl::lint {

// A route that takes HTTP requests, with the plugins that run while no consumer is known.
struct ServedRoute {
  const schema::Route* route = nullptr;
  std::vector<plugins::Ranked> chain;
  size_t known_at = 0;  // where in the chain the first plugin stands that tells who the consumer is; its length: nobody does

  const schema::Plugin* plugin(std::string_view name) const;
  const schema::Plugin* authentication() const { return known_at < chain.size() ? chain[known_at].plugin : nullptr; }
};

class Scene {
 public:
  explicit Scene(const schema::Config& config);

  const schema::Config& config;
  plugins::Precedence precedence;
  std::vector<ServedRoute> served;  // without those of disabled services
  std::unordered_map<const schema::Service*, std::vector<const ServedRoute*>> by_service;
  std::unordered_map<const schema::Route*, const ServedRoute*> by_route;
  std::unordered_map<std::string_view, const schema::Upstream*> upstreams;  // by name
  // Plugins were left out because this gateway does not know them: what follows from the absence of a plugin is then not certain.
  bool complete = true;

  // The served routes that a plugin without a consumer runs for.
  std::vector<const ServedRoute*> routes_of(const schema::Plugin& plugin) const;
  const schema::Consumer* consumer(std::string_view id_or_name) const;
};

bool is_authentication(const schema::Plugin& plugin);
// The credentials an authentication plugin looks for ("keyauth_credentials"); empty when it asks something else.
std::string_view credentials_of(const schema::Plugin& plugin);
// "route open", "service shop"
std::string called(const schema::Route& route);
std::string called(const schema::Service& service);

}  // namespace deckctl::lint
