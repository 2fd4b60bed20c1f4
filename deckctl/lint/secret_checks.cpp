#include <algorithm>
#include <cctype>
#include <set>

#include "deckctl/lint/checks.h"
#include "deckctl/lint/findings.h"
#include "deckctl/lint/scene.h"
#include "gateway/http/headers.h"

namespace deckctl::lint {

namespace {

// A mark that some other tool will fill in: ${X}, $X, {{ x }}, <x>, @X@, __X__, %X%.
bool is_placeholder(std::string_view text) {
  return text.starts_with('$') || text.find("${") != std::string_view::npos || text.find("{{") != std::string_view::npos || text.find("$(") != std::string_view::npos ||
         text.starts_with("{vault://") || (text.starts_with('<') && text.ends_with('>')) || (text.starts_with('@') && text.ends_with('@')) ||
         (text.starts_with("__") && text.ends_with("__")) || (text.starts_with('%') && text.ends_with('%'));
}

bool is_written_out(const schema::Value& value) { return value.is_text() && !value.as_text().empty() && !value.from_secret && !is_placeholder(value.as_text()); }

// https://user:password@host
bool has_user_data(std::string_view text) {
  const size_t scheme = text.find("://");
  if (scheme == std::string_view::npos) return false;
  const std::string_view authority = text.substr(scheme + 3, text.find_first_of("/?#", scheme + 3) - scheme - 3);
  const size_t at = authority.rfind('@'), colon = authority.find(':');
  return at != std::string_view::npos && colon < at && colon + 1 < at && !is_placeholder(authority.substr(colon + 1, at - colon - 1));
}

// "Authorization: Basic ..." as a list of headers to be sent has it.
bool is_secret_header(std::string_view name) {
  static constexpr std::string_view names[] = {"authorization", "proxy-authorization", "apikey", "api-key", "x-api-key", "x-auth-token", "x-access-token"};
  return std::ranges::any_of(names, [&](std::string_view each) { return http::equal_names(each, name); });
}

// Fields that are kept secret because some hold a token: an address without user data and query, or an e-mail, gives nothing away.
bool is_harmless(std::string_view name, std::string_view text) {
  if (name.find("email") != std::string_view::npos) return true;
  const bool address = text.starts_with("http://") || text.starts_with("https://");
  return address && text.find('?') == std::string_view::npos && text.find('@') == std::string_view::npos;
}

// The secret of a JWT credential means nothing beside a public key.
bool means_nothing(const schema::Entity& entity, std::string_view name) {
  if (entity.shape->name != "jwt_secrets" || name != "secret") return false;
  return !schema::Reader(entity.shape, &entity.given).text("algorithm").starts_with("HS");
}

class SecretWalk {
 public:
  SecretWalk(const schema::Entity& entity, Findings& findings) : entity_(entity), findings_(findings) {}

  void record(const schema::Shape& shape, const schema::Value& value) {
    if (!value.is_object()) return;
    for (const schema::Member& member : value.members())
      if (const schema::Shape* field = shape.field(member.name)) look(*field, member.value, member.name);
  }

 private:
  void look(const schema::Shape& shape, const schema::Value& value, std::string_view name) {
    if (shape.secret && is_written_out(value)) {
      if (!is_harmless(name, value.as_text()) && !means_nothing(entity_, name)) tell(value, std::string(name) + " is written out");
      return;
    }
    if (value.is_object() && shape.type == schema::Type::record) return record(shape, value);
    if (value.is_object() && shape.items != nullptr) {
      for (const schema::Member& member : value.members()) {
        if (name == "headers" && is_secret_header(member.name) && is_text_written_out(member.value)) tell(member.value, "header " + std::string(member.name) + " is written out");
        else look(*shape.items, member.value, member.name);
      }
    } else if (value.is_array() && shape.items != nullptr) {
      for (const schema::Value& item : value.items()) look(*shape.items, item, name);
    } else if (is_written_out(value)) {
      look_at_text(value, name);
    }
  }

  static bool is_text_written_out(const schema::Value& value) {
    if (value.is_array()) return std::ranges::any_of(value.items(), is_written_out);
    return is_written_out(value);
  }

  void look_at_text(const schema::Value& value, std::string_view name) {
    const std::string_view text = value.as_text();
    if (has_user_data(text)) return tell(value, std::string(name) + " holds a user and a password");
    if (name != "headers") return;
    const size_t colon = text.find(':');
    if (colon != std::string_view::npos && colon + 1 < text.size() && is_secret_header(text.substr(0, colon)))
      tell(value, "header " + std::string(text.substr(0, colon)) + " is written out");
  }

  void tell(const schema::Value& value, std::string what) { findings_.add(entity_, &value, std::move(what)); }

  const schema::Entity& entity_;
  Findings& findings_;
};

bool is_private_address(std::string_view host) {
  auto begins = [&](std::string_view start) { return host.starts_with(start); };
  if (host.find(':') != std::string_view::npos) return host == "::1" || host == "[::1]" || begins("fc") || begins("fd") || begins("fe80") || begins("[fc") || begins("[fd") || begins("[fe80");
  if (begins("10.") || begins("127.") || begins("192.168.") || begins("169.254.")) return true;
  if (!begins("172.")) return false;
  const int second = std::atoi(std::string(host.substr(4, 3)).c_str());
  return second >= 16 && second <= 31;
}

bool is_local_name(std::string_view host) {
  if (host.find('.') == std::string_view::npos) return true;  // a name of the same cluster or of a hosts file
  static constexpr std::string_view endings[] = {".internal", ".local", ".localhost", ".localdomain", ".lan", ".home", ".test", ".svc", ".consul", ".docker", ".intranet", ".corp"};
  return std::ranges::any_of(endings, [&](std::string_view ending) { return host.ends_with(ending); }) || host.find(".svc.") != std::string_view::npos;
}

bool is_outside(std::string_view host) {
  const bool address = !host.empty() && (host.find(':') != std::string_view::npos || host.find_first_not_of("0123456789.") == std::string_view::npos);
  return address ? !is_private_address(host) : !is_local_name(host);
}

// The first host beyond the local network that the service sends to; empty: none.
std::string_view outside_host(const Scene& scene, const schema::Service& service) {
  auto found = scene.upstreams.find(service.host);
  if (found == scene.upstreams.end()) return is_outside(service.host) ? service.host : std::string_view();
  for (const schema::Target& target : found->second->targets) {
    const std::string_view host = target.target.substr(0, target.target.rfind(':'));
    if (is_outside(host)) return host;
  }
  return {};
}

}  // namespace

void secret_in_clear_text(const Scene& scene, Findings& findings) {
  for (const auto& [collection, entities] : scene.config.entities)
    for (const schema::Entity& entity : entities)
      if (collection != "plugins" && !schema::shapes().entity(collection)->internal) SecretWalk(entity, findings).record(*entity.shape, entity.given);
  for (const schema::Plugin& plugin : scene.config.plugins)
    if (plugin.config.given() != nullptr) SecretWalk(*plugin.entity, findings).record(*plugin.config.shape(), *plugin.config.given());
}

void credentials_sent_in_clear(const Scene& scene, Findings& findings) {
  std::set<const schema::Service*> told;
  for (const ServedRoute& served : scene.served) {
    const schema::Service* service = served.route->service;
    if (service == nullptr || service->protocol != schema::protocol_http || told.contains(service)) continue;
    for (const plugins::Ranked& ranked : served.chain) {
      const schema::Plugin& plugin = *ranked.plugin;
      if (!is_authentication(plugin) || plugin.config.shape()->field("hide_credentials") == nullptr || plugin.config.boolean("hide_credentials")) continue;
      const std::string_view host = outside_host(scene, *service);
      if (host.empty()) break;
      told.insert(service);
      findings.add(*service->entity, nullptr, "gets the credentials that " + std::string(plugin.name) + " checks, over plain http to " + std::string(host),
                   "hide_credentials: true takes them off");
      break;
    }
  }
}

}  // namespace deckctl::lint
