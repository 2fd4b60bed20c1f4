#pragma once
// Documents of the formats 1.1 and 2.1 wrote regex paths without a mark.

#include "schema/document.h"

namespace schema {

// Rewrites the paths of top-level routes and of routes directly in services: a plain path is normalised, any other gets the prefix "~".
void migrate_paths(Document& document);

}  // namespace schema
