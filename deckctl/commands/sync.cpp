#include <pwd.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <optional>

#include "deckctl/changes/render.h"
#include "deckctl/commands/commands.h"
#include "deckctl/commands/configuration.h"
#include "deckctl/commands/output.h"
#include "deckctl/git/provenance.h"
#include "deckctl/nodes/comparison.h"
#include "deckctl/nodes/node_list.h"
#include "deckctl/nodes/rollout.h"
#include "schema/report.h"

namespace deckctl {

namespace {

void say(const std::string& line) { std::fprintf(stderr, "%s\n", line.c_str()); }

bool complain(const std::string& line) {
  say("deckctl: " + line);
  return false;
}

std::string user_and_host() {
  char host[256] = "";
  gethostname(host, sizeof host - 1);
  const passwd* user = getpwuid(geteuid());
  return (user != nullptr ? std::string(user->pw_name) : std::to_string(geteuid())) + "@" + host;
}

struct Sync {
  std::vector<std::string> sources, tags;
  ConfigurationOptions configuration;
  NodeOptions nodes;
  Output output;
  std::string format = "text";
  std::string synced_by;
  unsigned deletes_max_percent = 30, confirm_within_s = 0;
  bool yes = false, dry_run = false;

  int run() const {
    Comparison comparison;
    std::optional<Interruption> interruption;
    if (!prepare(comparison, interruption)) return exit_error;
    std::vector<Step> steps = steps_of(comparison, accompanying());
    const bool good = reachable(comparison, *interruption) && few_deletes(comparison) && try_nodes(steps, *interruption) && (dry_run || roll(steps, *interruption));
    if (!show(comparison, steps, interruption->asked() && !good) || !good) return exit_error;
    return dry_run && comparison.any_change() ? exit_different : exit_good;
  }

 private:
  // The commit that all sources come from; of several nothing is told.
  Accompanying accompanying() const {
    Accompanying with{.synced_by = synced_by.empty() ? user_and_host() : synced_by, .confirm_within_s = confirm_within_s};
    std::optional<git::Provenance> common;
    bool dirty = false;
    for (const std::string& source : sources) {
      const auto one = git::provenance(source, configuration.repository);
      if (!one || (common && common->commit != one->commit)) return with;
      dirty = dirty || one->dirty;
      common = one;
    }
    if (common) with.commit = common->commit + (dirty ? "-dirty" : ""), with.author = common->author;
    return with;
  }

  // False: nothing is known that could be shown. Until nodes are asked a signal ends the program as it always does.
  bool prepare(Comparison& comparison, std::optional<Interruption>& interruption) const {
    std::vector<std::unique_ptr<RemoteNode>> opened;
    if (!nodes.open(opened, schema::process_environment())) return false;
    const auto source = load_or_complain(sources, configuration);
    if (source == nullptr) return complain("the source cannot be used; nothing was sent");
    if (const std::string reason = why_unfit(*source); !reason.empty()) return complain(reason);
    std::vector<std::string> all_tags;
    if (!select_tags(*source, tags, all_tags)) return complain("--select-tag and _info.select_tags of the source differ");
    interruption.emplace();
    comparison = compare(*source, all_tags, configuration.load_options(), std::move(opened), &*interruption);
    return true;
  }

  static std::vector<Step> steps_of(const Comparison& comparison, const Accompanying& with) {
    std::vector<Step> steps;
    for (const ComparedNode& compared : comparison.nodes) {
      Step step;
      step.node = compared.node.get();
      step.why = compared.fault;
      step.same = compared.same;
      if (step.same) step.outcome = Outcome::same;
      step.with = with;
      step.before_hash = compared.running.hash;
      step.before_text = compared.running.text;
      if (compared.running.config != nullptr) step.before_text_hash = hash_of(step.before_text, *compared.running.config);
      if (compared.wanted != nullptr) {
        step.text = compared.wanted->text;
        step.hash = compared.wanted->hash;
      }
      steps.push_back(std::move(step));
    }
    return steps;
  }

  static bool reachable(const Comparison& comparison, Interruption& interruption) {
    bool all_good = !interruption.asked() || complain("interrupted");
    for (const ComparedNode& compared : comparison.nodes) {
      if (!compared.fault.empty()) all_good = complain(compared.node->name() + ": " + compared.fault);
      // Another gateway would take a dry run for the real thing.
      else if (compared.running.identity.gateway_version.empty()) all_good = complain(compared.node->name() + ": is another gateway, which has no dry run");
    }
    return all_good || complain("nothing was changed");
  }

  bool few_deletes(const Comparison& comparison) const {
    bool all_good = true;
    for (const ComparedNode& compared : comparison.nodes) {
      if (yes || compared.removals * 100 <= compared.entities * deletes_max_percent) continue;
      all_good = complain(compared.node->name() + ": " + std::to_string(compared.removals) + " of its " + std::to_string(compared.entities) + " entities would go, more than " +
                          std::to_string(deletes_max_percent) + " %");
    }
    return all_good || complain("nothing was changed; --yes allows it, --max-deletes sets another limit");
  }

  static bool try_nodes(std::vector<Step>& steps, Interruption& interruption) { return try_everywhere(steps, interruption, say) || complain("nothing was changed"); }

  static bool roll(std::vector<Step>& steps, Interruption& interruption) {
    return roll_out(steps, interruption, say) || complain("the configuration is not on all nodes");
  }

  bool show(const Comparison& comparison, const std::vector<Step>& steps, bool interrupted) const {
    std::string text, json;
    std::vector<std::string> errors;
    if (interrupted) errors.push_back("interrupted");
    for (const Step& step : steps) {
      const std::string& hash = step.outcome == Outcome::synced ? step.hash : step.outcome == Outcome::put_back ? step.before_text_hash : step.before_hash;
      text += step.node->name() + ": " + std::string(to_text(step.outcome)) + (step.outcome == Outcome::unknown || hash.empty() ? "" : ", " + hash) + "\n";
      json += (json.empty() ? "\n  " : ",\n  ") + ("{\"node\":" + schema::json_quoted(step.node->name())) + ",\"outcome\":" + schema::json_quoted(to_text(step.outcome)) +
              ",\"hash\":" + (step.outcome == Outcome::unknown || hash.empty() ? "null" : schema::json_quoted(hash)) + "}";
      if (!step.why.empty()) errors.push_back(step.node->name() + ": " + step.why);
    }
    if (format == "json") return output.write(to_json(comparison.groups, errors, ",\n\"nodes\":[" + json + "]"));
    return output.write(to_text(comparison.groups, output.wants_colour()) + "\n" + text);
  }
};

}  // namespace

void add_sync(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("sync", "give nodes the configuration of a source: all of them, or none");
  auto verb = std::make_shared<Sync>();
  command->add_option("sources", verb->sources, "files, directories, git:REV[:PATH], or - for stdin: together one configuration")->required();
  command->add_option("--format", verb->format, "of the result: text or json")->check(CLI::IsMember({"text", "json"}))->capture_default_str();
  command->add_option("--select-tag", verb->tags, "the source answers only for entities with this tag; may be given again: with all of them")->allow_extra_args(false);
  command->add_option("--max-deletes", verb->deletes_max_percent, "percent of a node's entities that may go without --yes")->check(CLI::Range(0, 100))->capture_default_str();
  command->add_flag("--yes", verb->yes, "however many entities go");
  command->add_flag("--dry-run", verb->dry_run, "stop after every node was asked whether it would take it; exit code 2 when there are changes");
  command->add_option("--confirm-within", verb->confirm_within_s, "seconds after which nodes go back by themselves, unless all of them have it and are told to keep it")->check(CLI::Range(1, 86400));
  command->add_option("--synced-by", verb->synced_by, "who does this, for the node's records (else USER@HOST)")->envname("DECKCTL_SYNCED_BY");
  verb->configuration.add_options(*command);
  verb->nodes.add_options(*command);
  verb->output.add_options(*command);
  command->callback([verb, &exit_code] { exit_code = verb->run(); });
}

}  // namespace deckctl
