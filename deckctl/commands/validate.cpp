#include <cstdio>

#include "deckctl/commands/commands.h"
#include "schema/report.h"

namespace deckctl {

namespace {

bool format_of(const std::string& name, schema::Format& format) {
  if (name == "text") format = schema::Format::text;
  else if (name == "json") format = schema::Format::json;
  else if (name == "sarif") format = schema::Format::sarif;
  else if (name == "github") format = schema::Format::github;
  else return false;
  return true;
}

}  // namespace

// The report is the result, so it goes to stdout; what passes here loads in the gateway, because it is the same code.
int validate(const Options& options) {
  schema::Format format;
  if (!format_of(options.format, format)) {
    std::fprintf(stderr, "deckctl validate: unknown format %s\n", options.format.c_str());
    return exit_error;
  }
  schema::Problems problems;
  schema::LoadOptions load_options;
  if (options.unknown_plugins == "skip") load_options.unknown_plugins = schema::UnknownPlugins::skip;
  auto sources = schema::open_sources(options.sources.empty() ? std::vector<std::string>{"-"} : options.sources, problems);
  schema::Document refused;
  std::unique_ptr<const schema::Config> config;
  if (!problems.any_error()) config = schema::load(std::move(sources), problems, load_options, &refused);
  problems.sort();
  const bool written = write_result(options, schema::report(problems, config ? config->document : refused, format));
  return problems.any_error() || !written ? exit_error : exit_good;
}

}  // namespace deckctl
