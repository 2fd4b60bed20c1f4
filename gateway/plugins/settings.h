#pragma once
// What makers of plugins share: reporting a setting that cannot be used, and owning lists of texts.

#include <string>
#include <string_view>
#include <vector>

#include "gateway/plugins/plugin.h"
#include "schema/masked.h"

namespace plugins {

// "plugins[3].config.anonymous: why"; the load fails with it. Without the reason where the field holds what may not be shown.
inline void refuse(const schema::Plugin& plugin, Building& building, std::string_view field, std::string_view why) {
  auto index = &plugin - building.config.plugins.data();
  const schema::Value* config = plugin.entity != nullptr ? plugin.entity->given.find("config") : nullptr;
  const schema::Value* value = config != nullptr && config->is_object() ? config->find(field.substr(0, field.find('.'))) : nullptr;
  if (value != nullptr && schema::any_marked(*value)) why = "cannot be used";
  building.errors.push_back("plugins[" + std::to_string(index) + "].config." + std::string(field) + ": " + std::string(why));
}

// The same for what nobody has made yet.
inline void not_built(const schema::Plugin& plugin, Building& building, std::string_view field, std::string_view why) {
  auto index = &plugin - building.config.plugins.data();
  building.unbuilt.push_back("plugins[" + std::to_string(index) + "].config." + std::string(field) + ": " + std::string(why));
}

inline std::string join(const std::vector<std::string_view>& texts, std::string_view separator) {
  std::string joined;
  for (std::string_view text : texts) {
    if (!joined.empty()) joined += separator;
    joined += text;
  }
  return joined;
}

}  // namespace plugins
