#pragma once
// The verbs. Each adds itself to the command line, reads its sources, writes its result to stdout (and nothing else there), and sets the exit code.

#include <string>

namespace CLI {
class App;
}

namespace deckctl {

// done or the same; an error; a difference was found
inline constexpr int exit_good = 0, exit_error = 1, exit_different = 2;

void add_diff(CLI::App& app, int& exit_code);
void add_dump(CLI::App& app, int& exit_code);
void add_explain(CLI::App& app, int& exit_code);
void add_fmt(CLI::App& app, int& exit_code);
void add_lint(CLI::App& app, int& exit_code);
void add_ping(CLI::App& app, int& exit_code);
void add_schema(CLI::App& app, int& exit_code);
void add_sync(CLI::App& app, int& exit_code);
void add_validate(CLI::App& app, int& exit_code);
void add_version(CLI::App& app, int& exit_code);

}  // namespace deckctl
