#pragma once
// What `gateway` does besides serving: `version`, `--help`, `check FILE...`, `health`.

#include <optional>

#include "gateway/admin/api.h"
#include "gateway/runtime/settings.h"

namespace runtime {

// The exit code of a command that is not "serve"; nullopt: serve.
std::optional<int> run_command(const Invocation& invocation);

// read_settings, with warnings and errors on stderr.
bool read_settings_aloud(const Invocation& invocation, Settings& settings);

// Of the Admin API, or of the Status API. The logs outlive it.
admin::Options admin_options(const Settings& settings, bool status_only, observe::LogFiles& log_files, observe::Log& error_log);

}  // namespace runtime
