#pragma once
// The settings that decide what a configuration may say.

#include "gateway/runtime/settings.h"
#include "schema/config.h"

namespace runtime {

schema::LoadOptions load_options(const Settings& settings);

}  // namespace runtime
