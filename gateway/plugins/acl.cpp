#include "gateway/plugins/acl.h"

#include <algorithm>

#include "gateway/plugins/credential_index.h"
#include "gateway/plugins/settings.h"

namespace plugins {
namespace {

using Groups = std::vector<std::string_view>;

class Acl final : public Plugin {
 public:
  Acl(const schema::Plugin& plugin, Building& building)
      : credentials_(building.credentials),
        allow_(plugin.config.texts("allow")),
        deny_(plugin.config.texts("deny")),
        hide_groups_header_(plugin.config.boolean("hide_groups_header")),
        always_use_authenticated_groups_(plugin.config.boolean("always_use_authenticated_groups")) {}

  Step on_request(Exchange& exchange) const override {
    bool authenticated_groups = use_authenticated_groups(exchange);
    if (exchange.consumer == nullptr && !authenticated_groups) return exchange.answer(401, "Unauthorized");
    const Groups& groups = authenticated_groups ? exchange.authenticated_groups : groups_of(exchange.consumer);
    if (!admits(groups)) {
      // The anonymous consumer may still log in; a known one is told that it will not help.
      if (exchange.consumer != nullptr && !exchange.authenticated) return exchange.answer(401, "Unauthorized");
      return exchange.answer(403, "You cannot consume this service");
    }
    tell_upstream(exchange, groups, authenticated_groups ? "X-Authenticated-Groups" : "X-Consumer-Groups");
    return Verdict::go_on;
  }

 private:
  bool use_authenticated_groups(const Exchange& exchange) const {
    if (exchange.authenticated_groups.empty()) return false;
    return exchange.consumer == nullptr || always_use_authenticated_groups_;
  }

  const Groups& groups_of(const schema::Consumer* consumer) const {
    static const Groups none;
    const Groups* groups = credentials_.groups(consumer);
    return groups == nullptr ? none : *groups;
  }

  bool admits(const Groups& groups) const {
    auto in = [&groups](const Groups& list) {
      return std::ranges::any_of(groups, [&list](std::string_view group) { return std::ranges::find(list, group) != list.end(); });
    };
    if (!deny_.empty() && in(deny_)) return false;
    return allow_.empty() || in(allow_);
  }

  // What the client sent under these names never reaches the upstream, also when ours is hidden.
  void tell_upstream(Exchange& exchange, const Groups& groups, std::string_view name) const {
    exchange.request.headers.remove("X-Consumer-Groups");
    exchange.request.headers.remove("X-Authenticated-Groups");
    if (hide_groups_header_) return;
    std::string_view value = "";
    for (std::string_view group : groups) value = value.empty() ? group : exchange.arena.join({value, ", ", group});
    exchange.request.headers.set(name, value);
  }

  const CredentialIndex& credentials_;
  Groups allow_, deny_;
  bool hide_groups_header_, always_use_authenticated_groups_;
};

}  // namespace

std::unique_ptr<Plugin> make_acl(const schema::Plugin& plugin, Building& building) { return std::make_unique<Acl>(plugin, building); }

}  // namespace plugins
