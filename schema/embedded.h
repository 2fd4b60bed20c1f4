#pragma once
// The schema files as they stand in schema/entities and schema/plugins, inside the program.

#include <span>
#include <string_view>

namespace schema {

struct EmbeddedFile {
  std::string_view name;  // "entities/routes.json"
  std::string_view text;
};

std::span<const EmbeddedFile> embedded_files();

}  // namespace schema
