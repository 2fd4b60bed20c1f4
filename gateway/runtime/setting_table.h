#pragma once
// The one table of settings: name, default, meaning and how the text becomes a value. Reading, help and listing walk it.

#include <span>
#include <string>
#include <string_view>

#include "gateway/runtime/settings.h"

namespace runtime {

struct Setting {
  std::string_view name, fallback, meaning;  // `fallback`: the default, as text
  bool (*set)(Settings&, std::string_view text, std::string& error);
  bool secret = false;
  std::string_view beyond = {};  // of a limit: what happens to whoever goes over it
};

// Another spelling of a setting.
struct Alias {
  std::string_view alias, name;
};

// A setting that has no effect here: accepted so that files and environments need no change, and told with its reason.
struct Meaningless {
  std::string_view name;
  std::string_view harmless = {};  // values, divided by `|`, that ask for what this gateway does anyway: no warning
  std::string_view why = {};
};

// settings_to_come() holds those of the table that are read and checked, but that nothing obeys yet.
std::span<const Setting> setting_table();
std::span<const Alias> setting_aliases();
std::span<const Meaningless> meaningless_settings();
std::span<const Meaningless> settings_to_come();
// By its name, or by the prefix of nginx directives and the like (nginx_http_..., pluginserver_...); nullptr: it is not known.
const Meaningless* find_meaningless(std::string_view name);
bool is_harmless(const Meaningless& setting, std::string_view text);

const Setting* find_setting(std::string_view name_or_alias);

}  // namespace runtime
