#include <CLI/CLI.hpp>
#include <cstdio>

#include "deckctl/commands/commands.h"
#include "deckctl/commands/configuration.h"
#include "deckctl/commands/output.h"
#include "schema/editor_schema.h"
#include "schema/emit.h"
#include "schema/validate.h"

namespace deckctl {

namespace {

struct Schema {
  std::string name;
  ConfigurationOptions configuration;
  bool list = false;
  Output output;

  int run() const {
    if (list) return print_names();
    const schema::EditorSchemaOptions options{.unknown_plugins = configuration.unknown_plugins == "skip",
                                              .expressions_flavor = configuration.router_flavor == "expressions"};
    schema::Arena arena;
    const schema::Value document = name.empty() ? schema::editor_schema(arena, options) : schema::editor_schema_of(name, arena, options);
    if (document.is_null()) return complain();
    return output.write(schema::to_json_text(document, 1) + "\n") ? exit_good : exit_error;
  }

  int print_names() const {
    std::string text;
    for (std::string_view one : schema::editor_schema_names()) text.append(one).append("\n");
    return output.write(text) ? exit_good : exit_error;
  }

  int complain() const {
    const std::string hint = schema::nearest(name, schema::editor_schema_names());
    std::fprintf(stderr, "deckctl: there is no entity and no plugin '%s' (%s)\n", name.c_str(), hint.empty() ? "deckctl schema --list shows their names" : hint.c_str());
    return exit_error;
  }
};

}  // namespace

void add_schema(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("schema", "print the JSON Schema with which an editor completes and checks a configuration");
  auto verb = std::make_shared<Schema>();
  command->add_option("name", verb->name, "only that entity (routes), or only the settings of that plugin (key-auth)");
  command->add_flag("--list", verb->list, "print the names of entities and plugins instead");
  verb->configuration.add_node_options(*command);
  verb->output.add_options(*command);
  command->callback([verb, &exit_code] { exit_code = verb->run(); });
}

}  // namespace deckctl
