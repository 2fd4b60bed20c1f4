#include "gateway/runtime/command.h"

#include <cstdio>

#include "gateway/runtime/compile.h"
#include "gateway/runtime/health.h"
#include "gateway/runtime/load_options.h"
#include "schema/report.h"

namespace runtime {

namespace {

// Everything a start would do short of listening: what passes here loads there.
int check(std::vector<std::string> paths, const Settings& settings) {
  schema::Problems problems;
  const schema::LoadOptions options = load_options(settings);
  auto sources = schema::open_sources(paths, problems);
  schema::Document refused;
  std::shared_ptr<const schema::Config> config;
  if (!problems.any_error()) config = schema::load(std::move(sources), problems, options, &refused);
  if (config != nullptr) {
    NodeState state;
    compile(config, settings, state, 1, {}, problems);
  }
  problems.sort();
  std::fputs(schema::report(problems, config ? config->document : refused, schema::Format::text).c_str(), stderr);
  if (problems.any_error()) return 1;
  std::printf("the configuration is good\n");
  return 0;
}

int health(const Settings& settings) {
  std::string what;
  const bool good = ask_health(settings, what);
  std::fprintf(good ? stdout : stderr, "%s\n", what.c_str());
  return good ? 0 : 1;
}

}  // namespace

std::optional<int> run_command(const Invocation& invocation) {
  const auto& arguments = invocation.arguments;
  if (arguments.empty()) return std::nullopt;
  const std::string& first = arguments[0];
  if (first == "version" || first == "--version" || first == "-v") {
    std::printf("gateway %s\n", GATEWAY_VERSION);
    return 0;
  }
  if (first == "help" || first == "--help" || first == "-h") {
    std::printf("usage: gateway [settings] [FILE...]   serve the configuration of FILEs, else of declarative_config\n"
                "       gateway check FILE...          say what is wrong with a configuration\n"
                "       gateway health                 ask the node of these settings whether it is ready\n"
                "       gateway version\n\nsettings, as flags (--name value), as KONG_NAME or GATEWAY_NAME, or in a file (-c FILE):\n%s",
                settings_help().c_str());
    return 0;
  }
  if (first != "check" && first != "health") return std::nullopt;
  Invocation rest = invocation;
  rest.arguments.erase(rest.arguments.begin());
  Settings settings;
  if (!read_settings_aloud(rest, settings)) return 1;
  if (first == "health") return health(settings);
  if (settings.configuration_paths.empty()) {
    std::fputs("gateway check: which FILE?\n", stderr);
    return 1;
  }
  return check(settings.configuration_paths, settings);
}

bool read_settings_aloud(const Invocation& invocation, Settings& settings) {
  std::vector<std::string> errors, warnings;
  const bool good = read_settings(invocation, settings, errors, warnings);
  for (const std::string& warning : warnings) std::fprintf(stderr, "warning: %s\n", warning.c_str());
  for (const std::string& error : errors) std::fprintf(stderr, "error: %s\n", error.c_str());
  return good;
}

}  // namespace runtime
