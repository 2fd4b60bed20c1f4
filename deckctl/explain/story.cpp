#include "deckctl/explain/story.h"

#include <algorithm>

#include "deckctl/explain/identity.h"
#include "deckctl/lint/scene.h"
#include "gateway/http/uri.h"
#include "gateway/routing/upstream_path.h"
#include "schema/masked.h"
#include "schema/validate.h"

namespace deckctl::explain {

namespace {

using schema::shown_field;

template <typename Named>
std::string name_or_id(const Named& named) {
  return named.name.empty() ? std::string(named.id) : shown_field(named.entity, "name", named.name);
}

std::string scope_of(const schema::Plugin& plugin) {
  std::string scope;
  auto add = [&scope](std::string_view kind, const std::string& name) {
    scope.append(scope.empty() ? "" : ", ").append(kind).append(" ").append(name);
  };
  if (plugin.consumer != nullptr) add("consumer", called(*plugin.consumer));
  if (plugin.route != nullptr) add("route", name_or_id(*plugin.route));
  if (plugin.service != nullptr) add("service", name_or_id(*plugin.service));
  return scope.empty() ? "global" : scope;
}

class Teller {
 public:
  Teller(const schema::Config& config, const Asked& asked) : config_(config), precedence_(config, plugins::serves_http) { story_.asked = asked; }

  Story tell(routing::Flavor flavor, std::vector<std::string>& router_errors) {
    const Asked& asked = story_.asked;
    std::string scratch;
    const auto path = http::normalise_path(http::split_target(asked.target).raw_path, scratch);
    if (!path) return answered(400, "the path has a broken escape or climbs above the root");
    story_.path = *path;
    find_route(flavor, router_errors);
    tell_plugins();
    if (story_.route == nullptr) return answered(404, "no route matches; global plugins see only the answer");
    if (is_plain_to_secure_route()) return refuse_plain();
    tell_answering_plugins();
    if (story_.answer) return std::move(story_);
    if (story_.route->service == nullptr) return answered(503, "the route has no service, and no plugin answers");
    tell_destination();
    return std::move(story_);
  }

 private:
  Story answered(int status, std::string why, std::string location = {}) {
    story_.answer = OwnAnswer{status, std::move(why), std::move(location)};
    return std::move(story_);
  }

  void find_route(routing::Flavor flavor, std::vector<std::string>& router_errors) {
    const routing::Router router(config_.routes, flavor, router_errors);
    const http::Headers fields = fields_of(story_.asked);
    routing::Match match;
    if (router.match(query_of(story_.asked, story_.path, fields), match)) {
      story_.route = match.route;
      story_.matched_prefix = match.matched_prefix;
      const std::vector<routing::Capture> captures = match.captures();
      for (size_t i = 1; i < captures.size(); ++i)
        story_.captures.push_back((captures[i].name.empty() ? std::to_string(i) : std::string(captures[i].name)) + "=" + std::string(captures[i].value));
      story_.conditions = conditions(*match.route, story_.matched_prefix);
    } else {
      story_.hint = nearest_path();
    }
    story_.rivals = rivals(config_, router, flavor, story_.asked, story_.path, story_.route);
  }

  std::string nearest_path() const {
    std::vector<std::string_view> paths;
    for (const schema::Route& route : config_.routes)
      if (shown_field(route.entity, "paths", {}).empty())
        std::ranges::copy_if(route.paths, std::back_inserter(paths),
                             [](std::string_view path) { return !path.starts_with('~'); });
    return schema::nearest(story_.path, paths);
  }

  bool is_plain_to_secure_route() const {
    constexpr uint16_t secure = schema::protocol_https | schema::protocol_grpcs | schema::protocol_tls;
    return story_.asked.scheme == "http" && (story_.route->protocols & ~secure) == 0;
  }

  Story refuse_plain() {
    const int status = story_.route->https_redirect_status_code;
    if (status == 426) return answered(426, "the route takes https only; https_redirect_status_code would redirect instead");
    return answered(status, "the route takes https only", "https://" + std::string(story_.asked.host_name()) + story_.asked.target);
  }

  void tell_plugins() {
    const schema::Route* route = story_.route;
    const schema::Service* service = route == nullptr ? nullptr : route->service;
    std::vector<plugins::Ranked> chain = precedence_.chain(route, service);
    const std::vector<plugins::Ranked> candidates = precedence_.candidates(route, service);
    const schema::Plugin* authentication = join_consumer(chain, route, service);
    for (const plugins::Ranked& ranked : chain) {
      const schema::PluginShape* shape = schema::shapes().plugin(ranked.plugin->name);
      PluginStep step{ranked.plugin, shape == nullptr ? 0 : shape->priority, scope_of(*ranked.plugin), shape != nullptr && shape->built, ranked.plugin == authentication, {}};
      for (const plugins::Ranked& other : candidates)
        if (other.rank == ranked.rank && other.plugin != ranked.plugin) step.replaced.push_back(scope_of(*other.plugin));
      story_.plugins.push_back(std::move(step));
    }
    for (const std::string& skipped : config_.skipped_plugins) story_.notes.push_back("left out because this gateway does not know it: plugin " + skipped);
  }

  // The first plugin that tells who the consumer is; the asked consumer's own instances join after it.
  const schema::Plugin* join_consumer(std::vector<plugins::Ranked>& chain, const schema::Route* route, const schema::Service* service) {
    const auto known = std::ranges::find_if(chain, [](const plugins::Ranked& ranked) { return lint::is_authentication(*ranked.plugin); });
    const std::string& name = story_.asked.consumer;
    if (known == chain.end()) {
      if (!name.empty() && route != nullptr) story_.notes.push_back("nothing on this route authenticates, so consumer " + name + " is never known");
      return nullptr;
    }
    const schema::Plugin* authentication = known->plugin;
    Identity identity;
    if (name.empty()) {
      identity = identify(config_, *authentication, story_.asked);
      if (!identity.note.empty()) story_.notes.push_back(identity.note);
    } else if (identity.consumer = consumer_named(config_, name); identity.consumer == nullptr) {
      story_.notes.push_back("there is no consumer " + name);
    }
    const schema::Consumer* consumer = identity.consumer;
    if (consumer == nullptr && !precedence_.by_consumer().empty()) story_.notes.push_back("consumers have plugins of their own: --consumer NAME shows them");
    if (consumer != nullptr) chain = precedence_.chain_of_consumer(chain, static_cast<size_t>(known - chain.begin()), consumer, route, service);
    return authentication;
  }

  // Plugins that by their settings alone answer this request.
  void tell_answering_plugins() {
    const http::Headers fields = fields_of(story_.asked);
    const bool preflight = story_.asked.method == "OPTIONS" && fields.has(http::Name::origin) && fields.has(http::Name::access_control_request_method);
    for (const PluginStep& step : story_.plugins) {
      const schema::Reader& config = step.plugin->config;
      if (step.plugin->name == "cors" && preflight && !config.boolean("preflight_continue")) {
        story_.answer = OwnAnswer{200, "cors answers preflight requests itself; plugins after it see only the answer", {}};
      } else if (step.plugin->name == "request-termination" && config.text("trigger").empty()) {
        story_.answer = OwnAnswer{static_cast<int>(config.integer("status_code").value_or(503)), "request-termination answers every request", {}};
      }
      if (story_.answer) return;
    }
  }

  void tell_destination() {
    const schema::Route& route = *story_.route;
    const schema::Service& service = *route.service;
    Destination destination{&service, {}, {}, nullptr};
    for (const schema::Upstream& upstream : config_.upstreams)
      if (upstream.name == service.host) destination.upstream = &upstream;
    std::string scratch, encoded;
    http::encode_path(routing::upstream_path(service.path, story_.path, route.strip_path ? story_.matched_prefix : std::string(), route.strip_path, scratch), encoded);
    const bool tls = service.protocol == schema::protocol_https || service.protocol == schema::protocol_grpcs;
    const std::string port = service.port == (tls ? 443 : 80) || destination.upstream != nullptr
                                 ? std::string()
                                 : ":" + std::to_string(service.port);
    const std::string host = shown_field(service.entity, "host", service.host),
                      shown_port = port.empty() ? port : ":" + shown_field(service.entity, "port", port.substr(1));
    destination.url =
        std::string(tls ? "https" : "http") + "://" + host + shown_port + shown_field(service.entity, "path", encoded);
    const http::Target target = http::split_target(story_.asked.target);
    if (target.has_query) destination.url.append("?").append(target.query);
    if (route.preserve_host)
      destination.host_header = story_.asked.host;
    else if (destination.upstream == nullptr)
      destination.host_header = host + shown_port;
    else
      destination.host_header = shown_field(destination.upstream->entity, "host_header",
                                            destination.upstream->host_header);  // empty: the chosen target's
    if (destination.upstream != nullptr &&
        std::ranges::none_of(destination.upstream->targets, [](const schema::Target& each) { return each.weight > 0; }))
      story_.notes.push_back("upstream " + name_or_id(*destination.upstream) +
                             " has no target of weight above 0: the answer is 503");
    story_.destination = std::move(destination);
  }

  const schema::Config& config_;
  plugins::Precedence precedence_;
  Story story_;
};

}  // namespace

Story tell(const schema::Config& config, routing::Flavor flavor, const Asked& asked, std::vector<std::string>& router_errors) {
  return Teller(config, asked).tell(flavor, router_errors);
}

}  // namespace deckctl::explain
