#pragma once
// Flat, validated entities become the typed ones of config.h.

#include "schema/config.h"
#include "schema/flatten.h"

namespace schema {

void fill_config(const std::vector<FlatEntity>& flat, Config& config);

}  // namespace schema
