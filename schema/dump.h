#pragma once
// Entities and configurations as JSON text, defaults filled in.

#include <string>

#include "schema/config.h"

namespace schema {

struct DumpOptions {
  bool mask_secrets = false;   // for people; the Admin API shows what it was given
  std::string_view mask = "******";
};

// One entity with every field of its shape: what was given, else its default, else null.
std::string to_json(const Entity& entity, const DumpOptions& options = {});
// The flat form of the whole configuration: loading it again gives the same.
std::string to_json(const Config& config, const DumpOptions& options = {});

}  // namespace schema
