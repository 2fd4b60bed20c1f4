#pragma once
// The entities on the way to a place in a document.

#include <vector>

#include "schema/problem.h"
#include "schema/shape.h"

namespace schema {

// Of services[0].routes[1].paths: services, routes. Two steps of the path for each; empty when it leads into no entity.
std::vector<const EntityShape*> lineage(const Path& path);

}  // namespace schema
