#include <CLI/CLI.hpp>
#include <map>

#include "deckctl/commands/commands.h"
#include "deckctl/commands/configuration.h"
#include "deckctl/commands/output.h"
#include "schema/report.h"

namespace deckctl {

namespace {

struct Validate {
  std::vector<std::string> sources;
  ConfigurationOptions configuration;
  Output output;
  schema::Format format = schema::Format::text;

  // The report is the result, so it goes to stdout; what passes here loads in the gateway, because it is the same code.
  int run() const {
    schema::Problems problems;
    schema::Document refused;
    const auto config = load_configuration(sources, configuration, problems, &refused);
    const bool written = output.write(schema::report(problems, config ? config->document : refused, format));
    return problems.any_error() || !written ? exit_error : exit_good;
  }
};

}  // namespace

void add_validate(CLI::App& app, int& exit_code) {
  static const std::map<std::string, schema::Format> formats{
      {"text", schema::Format::text}, {"json", schema::Format::json}, {"sarif", schema::Format::sarif}, {"github", schema::Format::github}};
  CLI::App* command = app.add_subcommand("validate", "say everything that is wrong with a configuration");
  auto verb = std::make_shared<Validate>();
  command->add_option("sources", verb->sources, sources_help);
  command->add_option("--format", verb->format, "of the report: text, json, sarif or github")->transform(CLI::CheckedTransformer(formats).description("FORMAT"));
  verb->configuration.add_options(*command);
  verb->output.add_options(*command);
  command->callback([verb, &exit_code] { exit_code = verb->run(); });
}

}  // namespace deckctl
