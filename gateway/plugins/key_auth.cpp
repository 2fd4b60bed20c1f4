#include "gateway/plugins/key_auth.h"

#include "gateway/plugins/body_fields.h"
#include "gateway/plugins/credential_index.h"
#include "gateway/http/query.h"
#include "gateway/plugins/settings.h"

namespace plugins {
namespace {

constexpr size_t key_body_bytes_max = 1u << 20;  // bodies beyond are not searched for a key

enum class Place : uint8_t { nowhere, header, query, body };

struct Found {
  Place place = Place::nowhere;
  bool duplicate = false;
  std::string_view name, key;
};

class KeyAuth final : public Plugin {
 public:
  KeyAuth(const schema::Plugin& plugin, Building& building) : credentials_(building.credentials) {
    const schema::Reader& config = plugin.config;
    for (std::string_view name : config.texts("key_names")) key_names_.emplace_back(name);
    hide_credentials_ = config.boolean("hide_credentials");
    key_in_header_ = config.boolean("key_in_header", true);
    key_in_query_ = config.boolean("key_in_query", true);
    key_in_body_ = config.boolean("key_in_body");
    run_on_preflight_ = config.boolean("run_on_preflight", true);
    challenge_ = "Key";
    if (std::string_view realm = config.text("realm"); !realm.empty()) challenge_ += " realm=\"" + quoted(realm) + '"';
    if (std::string_view anonymous = config.text("anonymous"); !anonymous.empty()) {
      anonymous_ = credentials_.consumer(anonymous);
      if (anonymous_ == nullptr) refuse(plugin, building, "anonymous", "there is no consumer " + std::string(anonymous));
    }
  }

  Step on_request(Exchange& exchange) const override {
    exchange.secret_names = key_names_;
    if (!run_on_preflight_ && exchange.request.method == "OPTIONS") return Verdict::go_on;
    // With several ways to log in, the first that worked stays.
    if (anonymous_ != nullptr && exchange.authenticated) return Verdict::go_on;
    Found found = find_in_head(exchange);
    bool search_body = found.place == Place::nowhere && key_in_body_ && exchange.body != nullptr;
    if (search_body && body_kind(exchange.request.headers.get(http::Name::content_type)) != BodyKind::other) return search_in_body(exchange);
    return decide(exchange, found, nullptr);
  }

 private:
  static std::string quoted(std::string_view text) {
    std::string escaped;
    for (char c : text) {
      if (c == '"' || c == '\\') escaped += '\\';
      escaped += c;
    }
    return escaped;
  }

  Found find_in_head(Exchange& exchange) const {
    for (const std::string& name : key_names_) {
      Found found;
      found.name = name;
      if (key_in_header_) {
        for (const http::Header& header : exchange.request.headers.all()) {
          if (http::equal_names(header.name, name)) note(found, Place::header, header.value);
        }
      }
      if (found.place == Place::nowhere && key_in_query_) {
        http::each_parameter(exchange.query, [&](const http::Parameter& parameter) {
          if (parameter.has_value && same_parameter(parameter.name, name)) note(found, Place::query, decoded(exchange, parameter.value));
          return true;
        });
      }
      if (found.place != Place::nowhere) return found;
    }
    return {};
  }

  static void note(Found& found, Place place, std::string_view key) {
    found.duplicate = found.place != Place::nowhere;
    found.place = place;
    found.key = key;
  }

  static bool same_parameter(std::string_view sent, std::string_view name) {
    return sent == name || (sent.find('%') != std::string_view::npos && http::decode(sent, true) == name);
  }

  static std::string_view decoded(Exchange& exchange, std::string_view value) {
    if (value.find_first_of("%+") == std::string_view::npos) return value;
    return exchange.arena.copy(http::decode(value, true));
  }

  async::Task<Verdict> search_in_body(Exchange& exchange) const {
    auto reading = exchange.body->read_all(key_body_bytes_max);
    auto read = co_await reading;
    if (!read) co_return decide(exchange, {}, nullptr);
    std::string_view type = exchange.request.headers.get(http::Name::content_type);
    auto fields = BodyFields::parse(type, *read);
    if (!fields) co_return decide(exchange, {}, nullptr);
    Found found;
    for (const std::string& name : key_names_) {
      auto key = fields->text(name);
      if (!key) continue;
      found = {Place::body, fields->count(name) > 1, name, exchange.arena.copy(*key)};
      break;
    }
    co_return decide(exchange, found, &*fields);
  }

  Verdict decide(Exchange& exchange, const Found& found, BodyFields* fields) const {
    if (found.place == Place::nowhere || found.key.empty()) return refuse_client(exchange, "No API key found in request");
    if (found.duplicate) return refuse_client(exchange, "Duplicate API key found");
    const schema::Credential* credential = credentials_.by_key(found.key);
    if (credential == nullptr) return refuse_client(exchange, "Unauthorized");
    if (hide_credentials_) hide(exchange, found, fields);
    exchange.authenticate(credential->consumer, credential, credential->id);
    return Verdict::go_on;
  }

  Verdict refuse_client(Exchange& exchange, std::string_view message) const {
    if (anonymous_ != nullptr) {
      exchange.set_anonymous(anonymous_);
      return Verdict::go_on;
    }
    exchange.answer(401, message);
    exchange.response.headers.set(http::Name::www_authenticate, challenge_);
    return Verdict::answered;
  }

  // Under its name the key goes from every place; all other octets of query and body stay as they are.
  void hide(Exchange& exchange, const Found& found, BodyFields* fields) const {
    exchange.request.headers.remove(found.name);
    hide_in_query(exchange, found.name);
    if (fields != nullptr && fields->remove(found.name)) exchange.body->replace(exchange.arena.copy(fields->write()));
  }

  static void hide_in_query(Exchange& exchange, std::string_view name) {
    std::string_view kept = "";
    bool removed = false;
    http::each_parameter(exchange.query, [&](const http::Parameter& parameter) {
      if (same_parameter(parameter.name, name)) removed = true;
      else kept = kept.empty() ? parameter.text : exchange.arena.join({kept, "&", parameter.text});
      return true;
    });
    if (removed) exchange.query = kept;
  }

  const CredentialIndex& credentials_;
  std::vector<std::string> key_names_;
  bool hide_credentials_ = false, key_in_header_ = true, key_in_query_ = true, key_in_body_ = false, run_on_preflight_ = true;
  std::string challenge_;
  const schema::Consumer* anonymous_ = nullptr;
};

}  // namespace

std::unique_ptr<Plugin> make_key_auth(const schema::Plugin& plugin, Building& building) { return std::make_unique<KeyAuth>(plugin, building); }

}  // namespace plugins
