#include <CLI/CLI.hpp>
#include <cstdio>

#include "deckctl/changes/render.h"
#include "deckctl/commands/commands.h"
#include "deckctl/commands/configuration.h"
#include "deckctl/commands/output.h"
#include "deckctl/nodes/comparison.h"
#include "deckctl/nodes/node_list.h"

namespace deckctl {

namespace {

struct Diff {
  std::vector<std::string> sources, tags;
  ConfigurationOptions configuration;
  NodeOptions nodes;
  Output output;
  std::string format = "text";
  size_t changes_max = 100;

  int run() const {
    if (!nodes.named() && sources.size() == 2) return of_two();
    return with_nodes();
  }

 private:
  int of_two() const {
    const auto from = load_or_complain({sources[0]}, configuration);
    const auto to = load_or_complain({sources[1]}, configuration);
    if (from == nullptr || to == nullptr) return exit_error;
    // As they would be sent: with ids that are the same each time.
    std::string wrong;
    const auto before = wanted_of(*from, configuration.load_options(), wrong), after = wanted_of(*to, configuration.load_options(), wrong);
    if (before == nullptr || after == nullptr) return std::fprintf(stderr, "deckctl: %s\n", wrong.c_str()), exit_error;
    const Changes changes = changes_between(*before->config, *after->config, to->document.files);
    if (!show({changes}, {})) return exit_error;
    return changes.list.empty() ? exit_good : exit_different;
  }

  int with_nodes() const {
    std::vector<std::unique_ptr<RemoteNode>> opened;
    if (!nodes.open(opened, schema::process_environment())) return exit_error;
    const auto source = load_or_complain(sources, configuration);
    if (source == nullptr) return exit_error;
    std::vector<std::string> all_tags;
    if (!select_tags(*source, tags, all_tags)) return std::fprintf(stderr, "deckctl: --select-tag and _info.select_tags of the source differ\n"), exit_error;
    const Comparison comparison = compare(*source, all_tags, configuration.load_options(), std::move(opened), nullptr);
    std::vector<std::string> errors;
    for (const ComparedNode& compared : comparison.nodes)
      if (!compared.fault.empty()) errors.push_back(compared.node->name() + ": " + compared.fault);
    for (const std::string& error : errors) std::fprintf(stderr, "deckctl: %s\n", error.c_str());
    // A summary of nothing would read like "no changes".
    if (comparison.groups.empty() && format != "json") return exit_error;
    if (!show(comparison.groups, errors) || !errors.empty()) return exit_error;
    return comparison.any_change() ? exit_different : exit_good;
  }

  bool show(const std::vector<Changes>& all, const std::vector<std::string>& errors) const {
    if (format == "json") return output.write(to_json(all, errors));
    if (format == "markdown") return output.write(to_markdown(all, changes_max));
    return output.write(to_text(all, output.wants_colour()));
  }
};

}  // namespace

void add_diff(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("diff", "say what leads from A to B, or from what nodes run to a source; exit code 2 when they differ");
  auto verb = std::make_shared<Diff>();
  command->add_option("sources", verb->sources, "A and B; or, with nodes, one source that may be several files, directories, git:REV[:PATH], or - for stdin")->required();
  command->add_option("--format", verb->format, "text, json, or markdown for a pull request")->check(CLI::IsMember({"text", "json", "markdown"}))->capture_default_str();
  command->add_option("--limit", verb->changes_max, "changes that Markdown shows of each group of nodes; the rest is counted")->check(CLI::Range(1, 100000))->capture_default_str();
  command->add_option("--select-tag", verb->tags, "the source answers only for entities with this tag; may be given again: with all of them")->allow_extra_args(false);
  verb->configuration.add_options(*command);
  verb->nodes.add_options(*command);
  verb->output.add_options(*command);
  command->callback([verb, &exit_code] { exit_code = verb->run(); });
}

}  // namespace deckctl
