#include "schema/typed.h"

#include <unordered_map>

#include "schema/protocols.h"

namespace schema {

namespace {

template <typename T>
const T* find(const std::unordered_map<std::string_view, const T*>& index, std::string_view id) {
  auto found = index.find(id);
  return found == index.end() ? nullptr : found->second;
}

template <typename T>
std::unordered_map<std::string_view, const T*> index_of(const std::vector<T>& list) {
  std::unordered_map<std::string_view, const T*> index;
  index.reserve(list.size());
  for (const T& one : list) index.emplace(one.id, &one);
  return index;
}

uint32_t number(const Reader& reader, std::string_view field, uint32_t fallback) { return static_cast<uint32_t>(reader.integer(field).value_or(fallback)); }

class Filler {
 public:
  explicit Filler(Config& config) : config_(config) {}

  void run() {
    each("certificates", config_.certificates, [](const Reader& in, Certificate& out) {
      out.cert = in.text("cert");
      out.key = in.text("key");
      out.cert_alt = in.text("cert_alt");
      out.key_alt = in.text("key_alt");
    });
    certificates_ = index_of(config_.certificates);
    each("services", config_.services, [this](const Reader& in, Service& out) { service(in, out); });
    services_ = index_of(config_.services);
    each("routes", config_.routes, [this](const Reader& in, Route& out) { route(in, out); });
    routes_ = index_of(config_.routes);
    each("consumers", config_.consumers, [](const Reader& in, Consumer& out) {
      out.username = in.text("username");
      out.custom_id = in.text("custom_id");
    });
    consumers_ = index_of(config_.consumers);
    each("plugins", config_.plugins, [this](const Reader& in, Plugin& out) { plugin(in, out); });
    each("upstreams", config_.upstreams, [](const Reader& in, Upstream& out) {
      out.name = in.text("name");
      out.algorithm = in.text("algorithm");
      out.host_header = in.text("host_header");
      out.hash_on = in.text("hash_on");
      out.hash_on_header = in.text("hash_on_header");
      out.hash_on_query_arg = in.text("hash_on_query_arg");
      out.hash_on_uri_capture = in.text("hash_on_uri_capture");
      out.hash_fallback = in.text("hash_fallback");
      out.hash_fallback_header = in.text("hash_fallback_header");
      out.hash_fallback_query_arg = in.text("hash_fallback_query_arg");
      out.hash_fallback_uri_capture = in.text("hash_fallback_uri_capture");
      out.hash_on_cookie = in.text("hash_on_cookie");
      out.hash_on_cookie_path = in.text("hash_on_cookie_path");
      out.slots = static_cast<uint32_t>(in.integer("slots").value_or(out.slots));
    });
    targets();
    for (const EntityShape& kind : shapes().entities())
      if (kind.kind != "core" && kind.shape->field("consumer") != nullptr) credentials(kind.collection);
  }

 private:
  template <typename T, typename Fill>
  void each(std::string_view collection, std::vector<T>& list, Fill fill) {
    auto& entities = config_.entities[collection];
    list.reserve(entities.size());  // pointers into the list are handed out
    for (const Entity& entity : entities) {
      T& one = list.emplace_back();
      one.entity = &entity;
      one.id = entity.id;
      fill(Reader(entity.shape, &entity.given), one);
    }
  }

  void service(const Reader& in, Service& out) {
    out.name = in.text("name");
    out.host = in.text("host");
    out.path = in.text("path");
    out.protocol = static_cast<Protocol>(protocol_of(in.text("protocol")));
    out.port = static_cast<uint16_t>(number(in, "port", 80));
    out.retries = number(in, "retries", 0);
    out.connect_timeout_ms = number(in, "connect_timeout", 60000);
    out.write_timeout_ms = number(in, "write_timeout", 60000);
    out.read_timeout_ms = number(in, "read_timeout", 60000);
    out.enabled = in.boolean("enabled", true);
    if (in.value("tls_verify") != nullptr) out.tls_verify = in.boolean("tls_verify");
    if (auto depth = in.integer("tls_verify_depth")) out.tls_verify_depth = static_cast<int>(*depth);
    out.client_certificate = find(certificates_, in.foreign("client_certificate"));
    out.ca_certificates = in.texts("ca_certificates");
  }

  void route(const Reader& in, Route& out) {
    out.name = in.text("name");
    out.service = find(services_, in.foreign("service"));
    if (const Value* protocols = in.value("protocols")) out.protocols = protocols_of(*protocols);
    out.methods = in.texts("methods");
    out.hosts = in.texts("hosts");
    out.paths = in.texts("paths");
    out.snis = in.texts("snis");
    for (const auto& [name, values] : in.map("headers")) {
      HeaderMatch& match = out.headers.emplace_back();
      match.name = name;
      for (const Value& value : values->items()) match.values.push_back(value.as_text());
    }
    for (auto [field, list] : {std::pair{"sources", &out.sources}, std::pair{"destinations", &out.destinations}})
      for (const Reader& one : in.records(field)) {
        SourceMatch match{one.text("ip"), std::nullopt};
        if (auto port = one.integer("port")) match.port = static_cast<int>(*port);
        list->push_back(match);
      }
    if (const Value* expression = out.entity->given.find("expression"); expression != nullptr && expression->is_text()) out.expression = expression->as_text();
    if (const Value* priority = out.entity->given.find("priority"); priority != nullptr && priority->is_number())
      out.priority = static_cast<uint64_t>(priority->as_number());
    out.regex_priority = in.integer("regex_priority").value_or(0);
    out.https_redirect_status_code = static_cast<int>(number(in, "https_redirect_status_code", 426));
    const uint16_t grpc = protocol_grpc | protocol_grpcs;
    out.strip_path = in.boolean("strip_path") && (out.protocols & grpc) == 0;
    out.preserve_host = in.boolean("preserve_host");
    out.request_buffering = in.boolean("request_buffering", true);
    out.response_buffering = in.boolean("response_buffering", true);
  }

  void plugin(const Reader& in, Plugin& out) {
    out.name = in.text("name");
    out.instance_name = in.text("instance_name");
    out.service = find(services_, in.foreign("service"));
    out.route = find(routes_, in.foreign("route"));
    out.consumer = find(consumers_, in.foreign("consumer"));
    out.enabled = in.boolean("enabled", true);
    const PluginShape* shape = shapes().plugin(out.name);
    const Value* protocols = out.entity->given.find("protocols");
    out.protocols = protocols != nullptr && protocols->is_array() ? protocols_of(*protocols) : shape->protocols;
    out.config = Reader(shape->config, out.entity->given.find("config"));
  }

  void targets() {
    std::unordered_map<std::string_view, Upstream*> upstreams;
    for (Upstream& one : config_.upstreams) upstreams.emplace(one.id, &one);
    for (const Entity& entity : config_.entities["targets"]) {
      const Reader in(entity.shape, &entity.given);
      auto found = upstreams.find(in.foreign("upstream"));
      if (found == upstreams.end()) continue;
      Target& target = found->second->targets.emplace_back();
      target.entity = &entity;
      target.id = entity.id;
      target.target = with_port(in.text("target"));
      target.weight = number(in, "weight", 100);
    }
  }

  // A target without a port listens on 8000.
  std::string_view with_port(std::string_view target) {
    const size_t colon = target.rfind(':');
    const bool bare_ip6 = colon != std::string_view::npos && target.find(':') != colon && !target.starts_with('[');
    if (bare_ip6) return config_.document.arena.copy("[" + std::string(target) + "]:8000");
    if (colon != std::string_view::npos && target.find(']', colon) == std::string_view::npos) return target;
    return config_.document.arena.copy(std::string(target) + ":8000");
  }

  void credentials(std::string_view collection) {
    auto found = config_.entities.find(collection);
    if (found == config_.entities.end() || found->second.empty()) return;
    auto& list = config_.credentials[found->first];
    for (const Entity& entity : found->second) {
      Reader in(entity.shape, &entity.given);
      list.push_back({&entity, entity.id, find(consumers_, in.foreign("consumer")), in});
    }
  }

  Config& config_;
  std::unordered_map<std::string_view, const Certificate*> certificates_;
  std::unordered_map<std::string_view, const Service*> services_;
  std::unordered_map<std::string_view, const Route*> routes_;
  std::unordered_map<std::string_view, const Consumer*> consumers_;
};

}  // namespace

void fill_config(const std::vector<FlatEntity>& flat, Config& config) {
  struct List {
    size_t count = 0;
    std::vector<Entity>* entities = nullptr;
  };
  const EntityShape* first_kind = shapes().entities().data();
  std::vector<List> lists(shapes().entities().size());  // by kind
  const auto list_of = [&](const FlatEntity& entity) -> List& { return lists[static_cast<size_t>(entity.kind - first_kind)]; };
  for (const FlatEntity& entity : flat)
    if (!entity.dropped) ++list_of(entity).count;
  for (const FlatEntity& entity : flat) {
    if (entity.dropped) continue;
    List& list = list_of(entity);
    if (list.entities == nullptr) {
      list.entities = &config.entities[entity.kind->collection];
      list.entities->reserve(list.count);
    }
    list.entities->push_back({entity.kind->shape, entity.id, entity.value()});
  }
  Filler(config).run();
  std::erase_if(config.entities, [](const auto& collection) { return collection.second.empty(); });
}

const Entity* Config::find(std::string_view collection, std::string_view id_or_key) const {
  auto found = entities.find(collection);
  const EntityShape* kind = shapes().entity(collection);
  if (found == entities.end() || kind == nullptr) return nullptr;
  for (const Entity& entity : found->second)
    if (entity.id == id_or_key) return &entity;
  if (kind->endpoint_key.empty()) return nullptr;
  for (const Entity& entity : found->second) {
    const Value* key = entity.given.find(kind->endpoint_key);
    if (key != nullptr && key->is_text() && key->as_text() == id_or_key) return &entity;
  }
  return nullptr;
}

}  // namespace schema
