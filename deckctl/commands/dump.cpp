#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>

#include "deckctl/changes/changes.h"
#include "deckctl/commands/commands.h"
#include "deckctl/commands/compact.h"
#include "deckctl/commands/output.h"
#include "deckctl/nodes/node_list.h"
#include "deckctl/nodes/round.h"
#include "schema/dump.h"
#include "schema/emit.h"
#include "schema/masked.h"
#include "schema/naming.h"

namespace deckctl {

namespace {

struct Dump {
  NodeOptions nodes;
  Output output;
  std::string format = "yaml";
  bool with_secrets = false, sort = false, skip_defaults = false;

  int run() const {
    std::vector<std::unique_ptr<RemoteNode>> opened;
    if (!nodes.open(opened, schema::process_environment())) return exit_error;
    if (opened.size() != 1) return std::fprintf(stderr, "deckctl: one node can be dumped at a time\n"), exit_error;
    Running running;
    std::string fault;
    ask_alone(*opened[0], [&] { fault = opened[0]->fetch(running); });
    if (fault.empty()) fault = opened[0]->understand(running);
    if (!fault.empty()) {
      std::fprintf(stderr, "deckctl: %s: %s\n", opened[0]->name().c_str(), fault.c_str());
      return exit_error;
    }
    return output.write(text_of(*running.config)) ? exit_good : exit_error;
  }

 private:
  std::string text_of(const schema::Config& config) const {
    schema::Arena arena;
    schema::DumpOptions options;
    options.mask_secrets = !with_secrets;
    options.timestamps = false;
    options.sorted_sets = sort;
    const schema::Value tree = schema::to_value(config, arena, options);
    if (sort) sort_entities(config, tree);
    const schema::Value short_tree = schema::with_masked(compact(tree, skip_defaults, arena), arena);
    return format == "json" ? schema::to_json_text(short_tree, 2) + "\n" : schema::to_yaml_text(short_tree);
  }

  // By name, then by id: two nodes of one configuration give the same text.
  static void sort_entities(const schema::Config& config, const schema::Value& tree) {
    schema::Naming names(config);
    for (const schema::Member& member : tree.members()) {
      if (!member.value.is_array()) continue;
      std::vector<std::pair<std::string, schema::Value>> named;
      for (const schema::Value& entity : member.value.items()) {
        const std::string_view id = entity.find("id")->as_text();
        named.emplace_back(names.shown(*names.of_id(id)) + " " + std::string(id), entity);
      }
      std::sort(named.begin(), named.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
      std::transform(named.begin(), named.end(), member.value.items().begin(), [](const auto& each) { return each.second; });
    }
  }
};

}  // namespace

void add_dump(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("dump", "write down what a node runs; secrets are masked, so that it can be shown but not synced");
  auto verb = std::make_shared<Dump>();
  command->add_option("--format", verb->format, "yaml or json")->check(CLI::IsMember({"yaml", "json"}))->capture_default_str();
  command->add_flag("--with-secrets", verb->with_secrets, "do not mask secrets: the result can be synced, and must be kept like a key");
  command->add_flag("--skip-defaults", verb->skip_defaults, "leave out what is the default anyway");
  command->add_flag("--sort", verb->sort, "entities by name, sets by value, in place of the order of the node's document");
  verb->nodes.add_options(*command);
  verb->output.add_options(*command);
  command->callback([verb, &exit_code] { exit_code = verb->run(); });
}

}  // namespace deckctl
