#pragma once
// Entities whose fields depend on one of them: routes on their protocols, vaults and plugins on their name.

#include "schema/config.h"
#include "schema/flatten.h"

namespace schema {

// Each validates the whole entity. The walk stands at it.
void validate_route(const FlatEntity& route, bool expressions_flavor, Walk& walk);
void validate_vault(const FlatEntity& vault, Walk& walk);
// Settings are checked by the plugin's own schema, whether this gateway can run it or not.
void validate_plugin(const FlatEntity& plugin, Walk& walk);

// gRPC routes keep their path although others do not: the default of strip_path follows the protocols.
void settle_route(FlatEntity& route, Arena& arena);

}  // namespace schema
