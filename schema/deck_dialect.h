#pragma once
// What decK understands beyond the gateway's own format: defaults, tags for everything, shared plugin settings, consumer groups.

#include <string_view>
#include <vector>

#include "schema/config.h"
#include "schema/flatten.h"

namespace schema {

class DeckDialect {
 public:
  // Reads the decK keys of the document and warns once about each that has no meaning here.
  DeckDialect(Document& document, Problems& problems);

  // Puts into an entity what the document says for all of its kind. The walk stands at the entity.
  void enrich(FlatEntity& entity, Walk& walk) const;
  // Plugins of consumer groups cannot run: they are refused, or told in `skipped`.
  void take_groups(bool skip, std::vector<std::string>& skipped) const;
  // Whether a plugin is bound to a consumer group.
  static bool in_group(const FlatEntity& plugin);

 private:
  void read_info(const Value& info);
  void add_defaults(FlatEntity& entity) const;
  void add_tags(FlatEntity& entity) const;
  void add_settings(FlatEntity& entity, Walk& walk) const;
  Value merged(const Value& own, const Value& base) const;

  Document& document_;
  Problems& problems_;
  const Value* defaults_ = nullptr;
  const Value* plugin_configs_ = nullptr;
  std::vector<Value> tags_;
};

// "name at file:line:column", as Config::skipped_plugins tells it.
std::string skipped_plugin(std::string_view name, Place place, const Document& document);

}  // namespace schema
