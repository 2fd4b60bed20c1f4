#pragma once
// Entities and configurations as trees and text, defaults filled in.

#include <string>
#include <string_view>

#include "schema/config.h"

namespace schema {

struct DumpOptions {
  bool mask_secrets = false;  // for people; the Admin API shows what it was given
  bool defaults = true;       // false: only what the document says
  bool sorted_sets = false;   // for comparing: the order of a set has no meaning
  bool timestamps = true;     // created_at and updated_at
};

// One entity with every field of its shape: what was given, else its default, else null. Vault references stand as they were
// written. Texts belong to the configuration, the rest to `arena`.
Value to_value(const Entity& entity, Arena& arena, const DumpOptions& options = {});
Value to_value(const Entity& entity, Arena& arena, bool with_defaults);
// The flat form of the whole configuration, in order of dependency, references as ids: loading it again gives the same,
// but for what only with_masked (masked.h) tells.
Value to_value(const Config& config, Arena& arena, const DumpOptions& options = {});

// The same as text, on one line each entity at most where it is JSON; a configuration with what is to be masked.
std::string to_json(const Entity& entity, const DumpOptions& options = {});
std::string to_json(const Config& config, const DumpOptions& options = {});
std::string to_yaml(const Config& config, const DumpOptions& options = {});

}  // namespace schema
