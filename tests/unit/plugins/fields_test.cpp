#include <map>

#include "world.h"

using namespace plugins;

namespace {

// A configuration of each built plugin that takes no early way out.
const std::map<std::string_view, std::string_view> configurations = {
    {"acl", "{allow: [a]}"},
    {"correlation-id", "{}"},
    {"cors", "{origins: ['https://a.test'], max_age: 5}"},
    {"file-log", "{path: /dev/null}"},
    {"ip-restriction", "{allow: [10.0.0.0/8]}"},
    {"key-auth", "{anonymous: nobody}"},
    {"prometheus", "{}"},
    {"rate-limiting", "{minute: 5}"},
    {"request-termination", "{}"},
    {"request-transformer", "{}"},
};

// What nothing here could do anything with.
const std::map<std::string, std::string_view> without_effect = {
    {"prometheus.ai_metrics", "no AI plugin is built"},
    {"prometheus.wasm_metrics", "there are no WebAssembly filters"},
    {"prometheus.upstream_health_metrics", "wants_upstream_health reads it for the balancer"},
    {"rate-limiting.fault_tolerant", "counters of the node do not fail; policy redis is refused"},
    {"rate-limiting.sync_rate", "policy redis is refused"},
    {"rate-limiting.redis", "policy redis is refused"},
};

void find_unread(const std::string& path, const schema::Shape& record, const schema::Reads& reads, std::vector<std::string>& unread) {
  for (const schema::Shape* field : record.fields) {
    std::string name = path + "." + std::string(field->name);
    bool read = reads.contains(field);
    if (read == without_effect.contains(name)) unread.push_back(name);
    else if (read && field->type == schema::Type::record) find_unread(name, *field, reads, unread);
  }
}

}  // namespace

TEST_CASE("no setting of a built plugin is unread") {
  size_t built = 0;
  for (const schema::PluginShape& shape : schema::shapes().plugins()) {
    const CatalogueEntry* entry = find_in_catalogue(shape.name);
    CHECK(shape.built == (entry != nullptr));
    if (entry == nullptr) continue;
    ++built;
    INFO("plugin ", shape.name);
    REQUIRE(configurations.contains(shape.name));
    Node node;
    World world(node, "consumers: [{username: nobody}]\nplugins: [{name: " + std::string(shape.name) + ", config: " +
                          std::string(configurations.at(shape.name)) + "}]\n");
    schema::Reads reads;
    schema::Plugin plugin = world.config->plugins[0];
    plugin.config = schema::Reader(plugin.config.shape(), plugin.config.given(), &reads);
    Building building{*world.config, *world.credentials, node.counters, node.metrics, node.log_files, world.errors};
    REQUIRE(entry->make(plugin, building) != nullptr);
    std::vector<std::string> unread;
    find_unread(std::string(shape.name), *shape.config, reads, unread);
    for (const std::string& field : unread) FAIL_CHECK(field, " is unread, or read although it is listed as without effect");
  }
  CHECK(built == configurations.size());
}
