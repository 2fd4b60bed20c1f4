// deckctl, the command line for configurations that live in git: a verb, its sources, its nodes.

#include <CLI/CLI.hpp>
#include <cstdio>

#include "deckctl/commands/commands.h"

int main(int argc, char** argv) {
  CLI::App app{"validates, compares and syncs gateway configurations kept in files"};
  app.require_subcommand(1);
  deckctl::Options options;
  int code = deckctl::exit_error;
  auto verb = [&](const char* name, const char* what, int (*run)(const deckctl::Options&)) {
    CLI::App* command = app.add_subcommand(name, what);
    command->add_option("sources", options.sources, "files, directories, or - for stdin");
    command->add_option("--format", options.format, "text, json, sarif, github");
    command->add_option("-o,--output-file", options.output, "write the result there; - is stdout");
    command->add_option("--unknown-plugins", options.unknown_plugins, "refuse or skip")->check(CLI::IsMember({"refuse", "skip"}));
    command->callback([&code, &options, run] { code = run(options); });
  };
  verb("validate", "say everything that is wrong with a configuration", deckctl::validate);
  verb("version", "print the version", deckctl::version);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? deckctl::exit_good : deckctl::exit_error;
  }
  return code;
}
