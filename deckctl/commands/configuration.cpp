#include "deckctl/commands/configuration.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "deckctl/git/source.h"
#include "gateway/routing/check_routes.h"
#include "schema/report.h"

namespace deckctl {

void ConfigurationOptions::add_options(CLI::App& command) {
  add_source_options(command);
  add_node_options(command);
}

void ConfigurationOptions::add_source_options(CLI::App& command) {
  command.add_option("--repository", repository, "folder whose git repository git:REV[:PATH] is read from, instead of the working directory");
}

void ConfigurationOptions::add_node_options(CLI::App& command) {
  command.add_option("--unknown-plugins", unknown_plugins, "plugins that this gateway does not have: refuse the configuration, or skip them with a warning")
      ->check(CLI::IsMember({"refuse", "skip"}));
  command.add_option("--router-flavor", router_flavor, "of the node: with expressions, routes have expression and priority")
      ->check(CLI::IsMember({"traditional_compatible", "expressions"}));
}

schema::LoadOptions ConfigurationOptions::load_options() const {
  schema::LoadOptions options;
  if (unknown_plugins == "skip") options.unknown_plugins = schema::UnknownPlugins::skip;
  options.accept_described_plugins = accept_described_plugins;
  options.expressions_flavor = router_flavor == "expressions";
  return options;
}

std::vector<schema::Source> open_configuration(const std::vector<std::string>& sources, const ConfigurationOptions& options, schema::Problems& problems) {
  std::vector<schema::Source> opened;
  for (const std::string& source : sources.empty() ? std::vector<std::string>{"-"} : sources) {
    if (const auto revision = git::parse_source(source)) {
      git::open_source(*revision, options.repository, opened, problems);
      continue;
    }
    // Somebody who forgot to name a file would wait for ever.
    if (source == "-" && ::isatty(STDIN_FILENO) != 0 && ::isatty(STDERR_FILENO) != 0) std::fprintf(stderr, "deckctl: reading the configuration from the terminal\n");
    auto texts = schema::open_sources({source}, problems);
    std::move(texts.begin(), texts.end(), std::back_inserter(opened));
  }
  return opened;
}

std::unique_ptr<const schema::Config> load_configuration(const std::vector<std::string>& sources, const ConfigurationOptions& options,
                                                         schema::Problems& problems, schema::Document* refused) {
  const schema::LoadOptions load_options = options.load_options();
  auto opened = open_configuration(sources, options, problems);
  std::unique_ptr<const schema::Config> config;
  if (!problems.any_error()) config = schema::load(std::move(opened), problems, load_options, refused);
  if (config != nullptr) {
    routing::check_routes(*config, load_options.expressions_flavor ? routing::Flavor::expressions : routing::Flavor::traditional_compatible, problems);
    if (problems.any_error()) {
      if (refused != nullptr) refused->files = config->document.files;
      config.reset();
    }
  }
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
