// Tags over all entities: where a label is used.

#include "gateway/admin/listing.h"
#include "gateway/admin/resources.h"

namespace admin {

namespace {

// `wanted` empty: every tag.
Answer uses(Node& node, const Request& request, std::string_view wanted) {
  const auto config = node.config();
  std::vector<std::string> keys, items;
  for (const auto& [collection, entities] : config->entities) {
    for (const schema::Entity& entity : entities) {
      for (const std::string_view tag : tags_of(entity)) {
        if (!wanted.empty() && tag != wanted) continue;
        keys.push_back(std::string(collection) + "|" + std::string(entity.id) + "|" + std::string(tag));
        items.push_back("{\"entity_name\":" + quoted(collection) + ",\"entity_id\":" + quoted(entity.id) + ",\"tag\":" + quoted(tag) + "}");
      }
    }
  }
  Slice page;
  Answer refusal;
  if (!slice(request, request.path, keys, page, refusal)) return refusal;
  std::string data;
  for (size_t i = page.from; i < page.to; ++i) data += (data.empty() ? "" : ",") + items[i];
  return json(200, "{\"data\":[" + data + page_end(page));
}

}  // namespace

void add_tags(Routes& routes, Node& node) {
  routes.add("GET", "/tags", [&node](const Request& request) { return uses(node, request, {}); });
  routes.add("GET", "/tags/{tags}", [&node](const Request& request) { return uses(node, request, request.captures[0]); });
}

}  // namespace admin
