// deckctl, the command line for configurations that live in git: a verb, its sources, its nodes.

#include <CLI/CLI.hpp>
#include <csignal>

#include "deckctl/commands/commands.h"
#include "deckctl/commands/usage.h"

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a node or a pipe that goes away is an error that is told
  CLI::App app{"validates, compares and syncs gateway configurations kept in files", "deckctl"};
  app.failure_message(deckctl::usage_complaint);
  app.require_subcommand(1);
  int exit_code = deckctl::exit_error;
  deckctl::add_diff(app, exit_code);
  deckctl::add_dump(app, exit_code);
  deckctl::add_explain(app, exit_code);
  deckctl::add_fmt(app, exit_code);
  deckctl::add_lint(app, exit_code);
  deckctl::add_ping(app, exit_code);
  deckctl::add_schema(app, exit_code);
  deckctl::add_sync(app, exit_code);
  deckctl::add_validate(app, exit_code);
  deckctl::add_version(app, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? deckctl::exit_good : deckctl::exit_error;
  }
  return exit_code;
}
