#include "gateway/runtime/settings.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>

#include "gateway/plugins/script_host.h"
#include "gateway/runtime/setting_table.h"
#include "gateway/runtime/setting_values.h"
#include "gateway/runtime/tls_settings.h"
#include "schema/shape.h"
#include "schema/value.h"

namespace runtime {

namespace {

// What was said about a setting, and where, for the error texts. Later layers overwrite earlier ones.
struct Said {
  std::string text;
  std::string where;
};

struct Reading {
  std::map<std::string_view, Said> said;  // by name in the table
  std::vector<std::string>& errors;
  std::vector<std::string>& warnings;
  std::vector<std::string> warned;  // names without meaning that were reported already
};

std::vector<std::string_view> all_names() {
  std::vector<std::string_view> names;
  for (const Setting& setting : setting_table()) names.push_back(setting.name);
  for (const Alias& alias : setting_aliases()) names.push_back(alias.alias);
  for (const Meaningless& other : meaningless_settings()) names.push_back(other.name);
  return names;
}

std::string hint_for(std::string_view name) {
  const auto near = nearest(name, all_names());
  return near.empty() ? std::string() : " (did you mean " + std::string(near) + "?)";
}

enum class Knowledge { meaningful, meaningless, unknown };

Knowledge note(Reading& reading, const std::string& name, std::string_view text, const std::string& where) {
  if (const Setting* setting = find_setting(name)) {
    reading.said[setting->name] = {std::string(text), where};
    return Knowledge::meaningful;
  }
  const Meaningless* other = find_meaningless(name);
  if (other == nullptr) return Knowledge::unknown;
  if (!is_harmless(*other, text) && std::find(reading.warned.begin(), reading.warned.end(), name) == reading.warned.end()) {
    reading.warned.push_back(name);
    reading.warnings.push_back(where + ": has no effect: " + std::string(other->why));
  }
  return Knowledge::meaningless;
}

// `name = value` a line; `#` starts a comment unless escaped. Unknown names are warned about: a typing slip there must not stay silent.
void read_file(Reading& reading, const std::string& path, std::istream& file) {
  std::string line;
  for (size_t number = 1; std::getline(file, line); ++number) {
    const std::string where = path + ":" + std::to_string(number) + ": ";
    std::string kept;
    for (size_t i = 0; i < line.size() && line[i] != '#'; ++i) {
      if (line[i] == '\\' && i + 1 < line.size() && line[i + 1] == '#') ++i;
      kept += line[i];
    }
    const auto text = trimmed(kept);
    if (text.empty()) continue;
    const size_t equals = text.find('=');
    if (equals == std::string_view::npos) {
      reading.errors.push_back(where + "expected name = value");
      continue;
    }
    const std::string name(trimmed(text.substr(0, equals)));
    if (note(reading, name, trimmed(text.substr(equals + 1)), where + name) == Knowledge::unknown) {
      reading.warnings.push_back(where + "unknown setting " + name + hint_for(name));
    }
  }
}

void read_conf_file(Reading& reading, const std::string& chosen, const std::vector<std::string>& usual) {
  if (!chosen.empty()) {
    std::ifstream file(chosen);
    if (!file) {
      reading.errors.push_back("-c: cannot read " + chosen);
    } else {
      read_file(reading, chosen, file);
    }
    return;
  }
  for (const std::string& path : usual) {
    std::ifstream file(path);
    if (file) return read_file(reading, path, file);
  }
}

// Kubernetes and Docker links set KONG_PROXY_SERVICE_HOST, GATEWAY_PORT=tcp://... for services of these names.
bool is_service_link(std::string_view name, std::string_view text) {
  return text.starts_with("tcp://") || text.starts_with("udp://") || name.find("_service_host") != name.npos || name.find("_service_port") != name.npos ||
         name.find("_tcp_") != name.npos || name.find("_udp_") != name.npos;
}

void read_environment(Reading& reading, const Invocation& invocation, std::string_view prefix) {
  for (const auto& [variable, text] : invocation.environment) {
    if (!variable.starts_with(prefix)) continue;
    const std::string name = lower(std::string_view(variable).substr(prefix.size()));
    if (is_service_link(name, text)) continue;
    if (note(reading, name, trimmed(text), variable) == Knowledge::unknown) {
      reading.warnings.push_back(variable + ": unknown setting" + hint_for(name));
    }
  }
}

// What stands on the command line, before any of it is believed.
struct CommandLine {
  std::string conf_file;
  std::vector<std::pair<std::string, std::string>> flags;
  std::vector<std::string> paths;
};

CommandLine parse_arguments(const std::vector<std::string>& arguments, std::vector<std::string>& errors) {
  CommandLine line;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (argument.size() < 2 || argument[0] != '-') {
      line.paths.push_back(argument);
      continue;
    }
    const size_t equals = argument.find('=');
    std::string flag = argument.substr(0, equals), text;
    if (equals != std::string::npos) {
      text = argument.substr(equals + 1);
    } else if (i + 1 < arguments.size()) {
      text = arguments[++i];
    } else {
      errors.push_back(flag + ": needs a value");
      continue;
    }
    if (flag == "-c" || flag == "--conf") line.conf_file = text;
    else if (flag == "-p") line.flags.emplace_back("prefix", text);
    else if (flag.starts_with("--")) line.flags.emplace_back(flag.substr(2), text);
    else errors.push_back(flag + ": unknown flag");
  }
  return line;
}

void read_flags(Reading& reading, const CommandLine& line) {
  for (const auto& [flag, text] : line.flags) {
    std::string name = flag;
    std::replace(name.begin(), name.end(), '-', '_');
    if (note(reading, name, trimmed(text), "--" + flag) == Knowledge::unknown) {
      reading.errors.push_back("--" + flag + ": unknown flag" + hint_for(name));
    }
  }
}

// {vault://env/db-key} in a setting stands for the variable DB_KEY; other vaults need a configuration and are refused.
bool fill_reference(std::string& text, const Invocation& invocation, std::string& error) {
  static constexpr std::string_view opening = "{vault://";
  if (!text.starts_with(opening) || !text.ends_with('}')) return true;
  std::string_view reference = std::string_view(text).substr(opening.size(), text.size() - opening.size() - 1);
  if (!reference.starts_with("env/")) return error = "only {vault://env/...} can be used in a setting", false;
  std::string variable(reference.substr(4));
  for (char& c : variable) c = c == '-' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  for (const auto& [name, value] : invocation.environment) {
    if (name == variable) return text = value, true;
  }
  return error = "the variable " + variable + " is not set", false;
}

// A setting that nothing obeys yet must not be believed in.
void warn_of_settings_to_come(Reading& reading) {
  for (const Meaningless& setting : settings_to_come()) {
    const auto found = reading.said.find(setting.name);
    if (found == reading.said.end()) continue;
    const Said& said = found->second;
    if (!is_harmless(setting, said.text) && said.text != find_setting(setting.name)->fallback) reading.warnings.push_back(said.where + ": has no effect: " + std::string(setting.why));
  }
}

// Versions and ciphers come from the suite, unless they are named themselves.
void settle_tls(Reading& reading, Settings& settings) {
  const CipherSuite* suite = find_cipher_suite(settings.ssl_cipher_suite);
  const auto ciphers = reading.said.find(std::string_view("ssl_ciphers"));
  if (suite != nullptr && !reading.said.contains(std::string_view("ssl_protocols"))) settings.ssl_protocols = split_words(suite->protocols);
  if (suite != nullptr && !settings.ssl_ciphers.empty() && ciphers != reading.said.end())
    reading.warnings.push_back(ciphers->second.where + ": has no effect: ssl_cipher_suite is " + settings.ssl_cipher_suite + ", not custom");
  if (suite == nullptr && settings.ssl_ciphers.empty()) reading.errors.push_back("ssl_ciphers: ssl_cipher_suite is custom, so the ciphers must be named");
}

void warn_of_record_types(Reading& reading) {
  const auto order = reading.said.find(std::string_view("dns_order"));
  if (order == reading.said.end() || order->second.text == find_setting("dns_order")->fallback || lower(order->second.text).find("srv") == std::string::npos) return;
  reading.warnings.push_back(order->second.where + ": SRV records are not asked for yet");
}

void warn_of_script_modules(Reading& reading, const Settings& settings) {
  for (const std::string& name : settings.sandbox_modules)
    if (!plugins::is_script_module(name))
      reading.warnings.push_back(reading.said[std::string_view("untrusted_lua_sandbox_requires")].where + ": there is no module '" + name +
                                 "' here: a script that asks for it fails");
}

void warn_of_router_flavor(Reading& reading, const Settings& settings) {
  if (settings.router_flavor != RouterFlavor::traditional) return;
  reading.warnings.push_back(reading.said[std::string_view("router_flavor")].where +
                             ": routes are matched as with traditional_compatible: of equal ones the greater id wins, not the older, and path_handling v1 has no effect");
}

void warn_of_proxy_protocol(Reading& reading, const Settings& settings) {
  if (settings.real_ip_header == "proxy_protocol")
    reading.warnings.push_back(reading.said[std::string_view("real_ip_header")].where + ": has no effect: proxy_protocol is not built yet");
  if (std::any_of(settings.proxy_listen.begin(), settings.proxy_listen.end(), [](const Listen& listen) { return listen.proxy_protocol; }))
    reading.warnings.push_back(reading.said[std::string_view("proxy_listen")].where + ": proxy_protocol is not built yet; its lines are refused as requests");
}

// The defaults name it too, so that only who asks for it hears of it.
void warn_of_http2(Reading& reading, const Settings& settings) {
  for (const auto& [name, listens] : {std::pair("proxy_listen", &settings.proxy_listen), std::pair("admin_listen", &settings.admin_listen), std::pair("status_listen", &settings.status_listen)}) {
    const auto said = reading.said.find(std::string_view(name));
    if (said == reading.said.end() || std::none_of(listens->begin(), listens->end(), [](const Listen& listen) { return listen.http2; })) continue;
    reading.warnings.push_back(said->second.where + ": http2 has no effect: HTTP/2 is not built yet, clients are offered HTTP/1.1");
  }
}

void apply(Reading& reading, const Invocation& invocation, Settings& settings) {
  for (const Setting& setting : setting_table()) {
    const auto found = reading.said.find(setting.name);
    std::string text(found == reading.said.end() ? setting.fallback : std::string_view(found->second.text));
    std::string error;
    if (!fill_reference(text, invocation, error) || !setting.set(settings, text, error)) {
      const std::string where = found == reading.said.end() ? std::string(setting.name) : found->second.where;
      reading.errors.push_back(where + ": " + error + (setting.secret || text.empty() || error.starts_with('\'') ? "" : ", not '" + text + "'"));
    }
    settings.listing.emplace_back(setting.name,
                                  setting.secret && !text.empty() ? std::string(schema::secret_mask) : text);
  }
}

void choose_usual_configuration(const Invocation& invocation, Settings& settings) {
  if (!settings.configuration_paths.empty() || !settings.declarative_config.empty() || !settings.declarative_config_string.empty()) return;
  for (const std::string& path : invocation.configuration_files) {
    if (std::error_code error; std::filesystem::exists(path, error)) return void(settings.declarative_config = path);
  }
}

// Relative paths start in the prefix. Where that has no folder for logs, the usual ones are not missed: errors go to stderr.
void place_logs(const Reading& reading, Settings& settings) {
  static constexpr std::pair<std::string_view, std::string Settings::*> logs[] = {
      {"proxy_access_log", &Settings::proxy_access_log}, {"proxy_error_log", &Settings::proxy_error_log},
      {"admin_access_log", &Settings::admin_access_log}, {"admin_error_log", &Settings::admin_error_log},
      {"status_access_log", &Settings::status_access_log}, {"admin_audit_log", &Settings::admin_audit_log}};
  for (const auto& [name, field] : logs) {
    std::string& path = settings.*field;
    const auto said = reading.said.find(name);
    if (said != reading.said.end() && said->second.text.find_first_of(" \t") != std::string::npos)
      reading.warnings.push_back(said->second.where + ": what stands behind the path has no effect: the format is fixed");
    if (path.empty() || path == "off" || path.front() == '/') continue;
    const std::filesystem::path placed = std::filesystem::path(settings.prefix) / path;
    std::error_code error;
    const bool usable = reading.said.contains(name) || std::filesystem::is_directory(placed.parent_path(), error);
    path = usable ? placed.string() : name.ends_with("_error_log") ? "/dev/stderr" : "off";
  }
}

bool is_loopback(const std::string& address) { return address.starts_with("127.") || address == "::1"; }

// Whoever reaches an open Admin API may send all traffic elsewhere: on the network that must be somebody's decision.
void check_admin_is_protected(Reading& reading, const Settings& settings) {
  if (settings.admin_unprotected || !settings.admin_tokens.empty() || !settings.admin_read_tokens.empty()) return;
  for (const Listen& listen : settings.admin_listen) {
    if (!listen.unix_path.empty() || is_loopback(listen.address) || (listen.ssl && !settings.admin_client_ca.empty())) continue;
    const auto said = reading.said.find("admin_listen");
    const std::string where = said == reading.said.end() ? "admin_listen" : said->second.where;
    return reading.errors.push_back(where + ": " + listen.address + ":" + std::to_string(listen.port) +
                                    " lets everybody on the network change the configuration: set admin_token (GATEWAY_ADMIN_TOKEN), or ssl and admin_client_ca, "
                                    "or, where something else protects it, admin_unprotected=on (GATEWAY_ADMIN_UNPROTECTED=on)");
  }
}

// A configuration that names one is refused anyway, but only then; a slip here must not wait for it.
void check_plugins(Reading& reading, const Settings& settings) {
  for (const std::string& name : settings.plugins) {
    if (name == "bundled" || schema::shapes().plugin(name) != nullptr) continue;
    std::vector<std::string_view> known;
    for (const schema::PluginShape& plugin : schema::shapes().plugins()) known.push_back(plugin.name);
    const std::string_view meant = nearest(name, known);
    const auto said = reading.said.find(std::string_view("plugins"));
    (settings.skip_unknown_plugins ? reading.warnings : reading.errors)
        .push_back((said == reading.said.end() ? "plugins" : said->second.where) + ": there is no plugin '" + name +
                   "' here" + (meant.empty() ? "" : " (did you mean " + std::string(meant) + "?)"));
  }
}

void check_pairs(Reading& reading, std::string_view name, const std::vector<std::string>& certificates,
                 const std::vector<std::string>& keys) {
  if (certificates.size() == keys.size()) return;
  reading.errors.push_back(std::string(name) + ": " + std::to_string(certificates.size()) + " certificates but " + std::to_string(keys.size()) + " keys");
}

}  // namespace

Invocation invocation_of(int argc, const char* const* argv, const char* const* environment) {
  Invocation invocation;
  for (int i = 1; i < argc; ++i) invocation.arguments.emplace_back(argv[i]);
  for (; environment && *environment; ++environment) {
    const char* equals = std::strchr(*environment, '=');
    if (equals) invocation.environment.emplace_back(std::string(*environment, equals), equals + 1);
  }
  return invocation;
}

bool read_settings(const Invocation& invocation, Settings& settings, std::vector<std::string>& errors, std::vector<std::string>& warnings) {
  const size_t errors_before = errors.size();
  Reading reading{{}, errors, warnings, {}};
  const CommandLine line = parse_arguments(invocation.arguments, errors);
  read_conf_file(reading, line.conf_file, invocation.conf_files);
  read_environment(reading, invocation, "KONG_");
  read_environment(reading, invocation, "GATEWAY_");
  read_flags(reading, line);
  settings.listing.clear();
  settings.configuration_paths = line.paths;
  apply(reading, invocation, settings);
  choose_usual_configuration(invocation, settings);
  place_logs(reading, settings);
  warn_of_settings_to_come(reading);
  warn_of_proxy_protocol(reading, settings);
  warn_of_http2(reading, settings);
  warn_of_record_types(reading);
  settle_tls(reading, settings);
  warn_of_router_flavor(reading, settings);
  warn_of_script_modules(reading, settings);
  check_pairs(reading, "ssl_cert", settings.ssl_cert, settings.ssl_cert_key);
  check_pairs(reading, "admin_ssl_cert", settings.admin_ssl_cert, settings.admin_ssl_cert_key);
  check_pairs(reading, "status_ssl_cert", settings.status_ssl_cert, settings.status_ssl_cert_key);
  check_admin_is_protected(reading, settings);
  check_plugins(reading, settings);
  settings.warnings = warnings;
  return errors.size() == errors_before;
}

std::string settings_help() {
  std::string help = "  -c, --conf FILE\n      settings file, name = value a line\n";
  for (const Setting& setting : setting_table()) {
    std::string flag(setting.name);
    std::replace(flag.begin(), flag.end(), '_', '-');
    help += "  --" + flag + " VALUE\n      " + std::string(setting.meaning);
    if (!setting.beyond.empty()) help += "; beyond it: " + std::string(setting.beyond);
    if (!setting.fallback.empty()) help += " [" + std::string(setting.fallback) + "]";
    help += '\n';
  }
  return help;
}

}  // namespace runtime
