#include <CLI/CLI.hpp>
#include <cstdio>

#include "deckctl/commands/commands.h"

namespace deckctl {

void add_version(CLI::App& app, int& exit_code) {
  app.add_subcommand("version", "print the version")->callback([&exit_code] {
    std::printf("deckctl %s\n", GATEWAY_VERSION);
    exit_code = exit_good;
  });
}

}  // namespace deckctl
