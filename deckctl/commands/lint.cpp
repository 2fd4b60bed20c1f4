#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <map>

#include "deckctl/commands/commands.h"
#include "deckctl/commands/configuration.h"
#include "deckctl/commands/output.h"
#include "deckctl/lint/run.h"

namespace deckctl {

namespace {

struct Lint {
  std::vector<std::string> sources;
  ConfigurationOptions configuration;
  Output output;
  lint::Selection selection;
  schema::Format format = schema::Format::text;
  std::string fail_severity = "warning";
  bool list = false;

  int run() const {
    if (list) return output.write(lint::rule_list(format)) ? exit_good : exit_error;
    const auto config = load_or_complain(sources, configuration);
    if (config == nullptr) return exit_error;
    for (const std::string& skipped : config->skipped_plugins)
      std::fprintf(stderr, "deckctl lint: plugin %s is not known here; rules about what is missing stay quiet\n", skipped.c_str());
    const lint::Findings findings = lint::run(*config, selection);
    if (!output.write(lint::report(findings, config->document, format))) return exit_error;
    return std::ranges::any_of(findings.all(), [this](const lint::Finding& finding) { return fails(finding.rule->severity); }) ? exit_different : exit_good;
  }

  bool fails(lint::Severity severity) const {
    using lint::Severity;
    if (fail_severity == "none") return false;
    return severity >= (fail_severity == "error" ? Severity::error : fail_severity == "warning" ? Severity::warning : Severity::info);
  }
};

std::vector<std::string> rule_names() {
  std::vector<std::string> names;
  for (const lint::Rule& rule : lint::rules()) names.emplace_back(rule.name);
  return names;
}

}  // namespace

void add_lint(CLI::App& app, int& exit_code) {
  static const std::map<std::string, schema::Format> formats{
      {"text", schema::Format::text}, {"json", schema::Format::json}, {"sarif", schema::Format::sarif}, {"github", schema::Format::github}};
  CLI::App* command = app.add_subcommand("lint", "point out what loads but is hardly meant; a tag lint:allow=RULE on an entity silences a rule there");
  auto verb = std::make_shared<Lint>();
  // Advice is worth having for plugins too that this gateway lacks; whether it takes them is what validate says.
  verb->configuration.accept_described_plugins = true;
  verb->configuration.unknown_plugins = "skip";
  const CLI::Validator known = CLI::IsMember(rule_names()).description("");
  command->add_option("sources", verb->sources, sources_help);
  command->add_option("--format", verb->format, "of the report: text, json, sarif or github; github with --list is a Markdown table")
      ->transform(CLI::CheckedTransformer(formats).description("FORMAT"));
  command->add_option("--rule", verb->selection.only, "run only this rule (repeatable)")->check(known)->allow_extra_args(false)->type_name("RULE");
  command->add_option("--disable", verb->selection.disabled, "leave this rule out (repeatable)")->check(known)->allow_extra_args(false)->type_name("RULE");
  command->add_option("--fail-severity", verb->fail_severity, "exit 2 from this severity on")->check(CLI::IsMember({"info", "warning", "error", "none"}));
  command->add_flag("--list", verb->list, "print the rules with their reasons");
  verb->configuration.add_options(*command);
  verb->output.add_options(*command);
  command->callback([verb, &exit_code] { exit_code = verb->run(); });
}

}  // namespace deckctl
