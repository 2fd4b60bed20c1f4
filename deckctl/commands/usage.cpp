#include "deckctl/commands/usage.h"

#include <CLI/CLI.hpp>

#include "schema/validate.h"

namespace deckctl {

namespace {

std::string hint_for_verb(const CLI::App& app, const std::string& word) {
  std::vector<std::string_view> verbs;
  for (const CLI::App* verb : app.get_subcommands({})) verbs.push_back(verb->get_name());
  const std::string hint = schema::nearest(word, verbs);
  return hint.empty() ? std::string() : " (" + hint + ")";
}

}  // namespace

std::string usage_complaint(const CLI::App* app, const CLI::Error& error) {
  const std::vector<CLI::App*> verbs = app->get_subcommands();
  const std::string program = verbs.empty() ? "deckctl" : "deckctl " + verbs.front()->get_name();
  // What was not expected explains why something else is missing.
  const std::vector<std::string> unexpected = app->remaining(true);
  std::string what = error.what();
  if (!unexpected.empty() && verbs.empty())
    what = "there is no verb " + unexpected.front() + hint_for_verb(*app, unexpected.front());
  else if (!unexpected.empty())
    what = unexpected.front().substr(0, unexpected.front().find('=')) + " is not expected";
  else if (verbs.empty())
    what = "name a verb";
  for (char& c : what)
    if (c == '\n') c = ' ';
  return program + ": " + what + "; " + program + " --help says what there is\n";
}

}  // namespace deckctl
