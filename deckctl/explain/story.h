#pragma once
// What a gateway would do with a request: the route that wins, the plugins that run, where it goes. Told by the gateway's own parts: its
// router, its order of plugins, its rules for paths and hosts.

#include <optional>
#include <string>
#include <vector>

#include "deckctl/explain/asked.h"
#include "deckctl/explain/rivals.h"
#include "gateway/plugins/precedence.h"
#include "schema/config.h"

namespace deckctl::explain {

struct PluginStep {
  const schema::Plugin* plugin = nullptr;
  int priority = 0;
  std::string scope;        // "global", "route members", "consumer alice, service shop"
  bool built = true;        // false: this gateway validates it only
  bool authenticates = false;
  std::vector<std::string> replaced;  // scopes of less specific instances that do not run
};

// An answer of the gateway's own; the request goes nowhere.
struct OwnAnswer {
  int status = 0;
  std::string why, location;  // location empty: no redirect
};

struct Destination {
  const schema::Service* service = nullptr;
  std::string url;             // protocol, host or upstream, path and query as sent
  std::string host_header;
  const schema::Upstream* upstream = nullptr;  // nullptr: the service's host itself
};

struct Story {
  Asked asked;
  std::string path;                  // normalised
  const schema::Route* route = nullptr;  // nullptr: none matches
  std::string matched_prefix;
  std::vector<std::string> captures; // "name=value", "1=value"
  std::vector<std::string> conditions;
  std::vector<Rival> rivals;
  std::string hint;                  // of a request that no route takes
  std::vector<PluginStep> plugins;   // in the order they run
  std::vector<std::string> notes;    // what depends on more than the configuration
  std::optional<OwnAnswer> answer;
  std::optional<Destination> destination;
};

// The configuration must outlive the result. `router_errors`: routes that cannot be compiled, as a node would refuse them.
Story tell(const schema::Config& config, routing::Flavor flavor, const Asked& asked, std::vector<std::string>& router_errors);

std::string to_text(const Story& story, const schema::Document& document);
std::string to_json(const Story& story, const schema::Document& document);

}  // namespace deckctl::explain
