#include "deckctl/commands/configuration.h"

#include <CLI/CLI.hpp>
#include <cstdio>

#include "schema/report.h"

namespace deckctl {

void ConfigurationOptions::add_options(CLI::App& command) {
  command.add_option("--unknown-plugins", unknown_plugins, "plugins that this gateway does not have: refuse the configuration, or skip them with a warning")
      ->check(CLI::IsMember({"refuse", "skip"}));
}

std::unique_ptr<const schema::Config> load_configuration(const std::vector<std::string>& sources, const ConfigurationOptions& options,
                                                         schema::Problems& problems, schema::Document* refused) {
  schema::LoadOptions load_options;
  if (options.unknown_plugins == "skip") load_options.unknown_plugins = schema::UnknownPlugins::skip;
  auto opened = schema::open_sources(sources.empty() ? std::vector<std::string>{"-"} : sources, problems);
  std::unique_ptr<const schema::Config> config;
  if (!problems.any_error()) config = schema::load(std::move(opened), problems, load_options, refused);
  problems.sort();
  return config;
}

std::unique_ptr<const schema::Config> load_or_complain(const std::vector<std::string>& sources, const ConfigurationOptions& options) {
  schema::Problems problems;
  schema::Document refused;
  auto config = load_configuration(sources, options, problems, &refused);
  const std::string text = schema::report(problems, config ? config->document : refused, schema::Format::text);
  std::fwrite(text.data(), 1, text.size(), stderr);
  return config;
}

}  // namespace deckctl
