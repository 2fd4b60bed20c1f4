#include "schema/lineage.h"

#include <algorithm>

namespace schema {

namespace {

const EntityShape* nested_in(const EntityShape& kind, std::string_view key) {
  const auto found =
      std::find_if(kind.nested.begin(), kind.nested.end(), [&](const Nesting& one) { return one.key == key; });
  return found == kind.nested.end() ? nullptr : shapes().entity(found->entity);
}

}  // namespace

std::vector<const EntityShape*> lineage(const Path& path) {
  std::vector<const EntityShape*> kinds;
  for (size_t i = 0; i + 1 < path.size(); i += 2) {
    const auto* key = std::get_if<std::string>(&path[i]);
    if (key == nullptr || !std::holds_alternative<size_t>(path[i + 1])) break;
    const EntityShape* kind = kinds.empty() ? shapes().entity(*key) : nested_in(*kinds.back(), *key);
    if (kind == nullptr) break;
    kinds.push_back(kind);
  }
  return kinds;
}

}  // namespace schema
