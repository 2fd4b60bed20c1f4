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
};

// Another spelling of a setting.
struct Alias {
  std::string_view alias, name;
};

// Settings of Kong that are about nginx, Lua or its database: accepted so that files and environments need no change.
struct Meaningless {
  std::string_view name;
  std::string_view harmless = {};  // a value that asks for what this gateway does anyway: no warning
};

// settings_to_come() holds those of the table that are read and checked, but that nothing obeys yet: whoever sets one is told so.
std::span<const Setting> setting_table();
std::span<const Alias> setting_aliases();
std::span<const Meaningless> meaningless_settings();
std::span<const Meaningless> settings_to_come();
bool is_nginx_directive(std::string_view name);  // nginx_http_..., pluginserver_..., by prefix

const Setting* find_setting(std::string_view name_or_alias);

}  // namespace runtime
