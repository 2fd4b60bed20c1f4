#include <CLI/CLI.hpp>
#include <cstdio>

#include "deckctl/commands/commands.h"
#include "deckctl/commands/output.h"
#include "deckctl/nodes/node_list.h"
#include "deckctl/nodes/round.h"
#include "schema/report.h"

namespace deckctl {

namespace {

struct Heard {
  std::string fault;
  Identity identity;
  Status status;

  // The Admin API of another gateway does not say whether it takes traffic, but without a configuration it takes none.
  bool known() const { return !identity.gateway_version.empty() || !status.has_configuration(); }
  std::string reason() const { return status.not_ready.empty() && !status.has_configuration() ? "no configuration" : status.not_ready; }
};

Heard listen(RemoteNode& node) {
  Heard heard;
  heard.fault = node.identify(heard.identity);
  if (heard.fault.empty()) heard.fault = node.ask_status(heard.status);
  return heard;
}

std::string line_of(const Heard& heard) {
  if (!heard.fault.empty()) return heard.fault;
  const std::string version = heard.identity.gateway_version.empty() ? "version " : "gateway " + heard.identity.gateway_version + ", compatible with ";
  const std::string readiness = !heard.known() ? "readiness is told by its status listener only" : heard.reason().empty() ? "ready" : "not ready: " + heard.reason();
  return version + heard.identity.spoken_version + ", configuration " + heard.status.hash + ", " + readiness;
}

std::string json_of(const std::string& name, const Heard& heard) {
  using schema::json_quoted;
  std::string out = "{\"node\":" + json_quoted(name) + ",\"reachable\":" + (heard.fault.empty() ? "true" : "false");
  if (!heard.fault.empty()) return out + ",\"error\":" + json_quoted(heard.fault) + "}";
  return out + ",\"gateway_version\":" + json_quoted(heard.identity.gateway_version) + ",\"version\":" + json_quoted(heard.identity.spoken_version) +
         ",\"configuration_hash\":" + json_quoted(heard.status.hash) + ",\"ready\":" + (!heard.known() ? "null" : heard.reason().empty() ? "true" : "false") +
         ",\"reason\":" + json_quoted(heard.reason()) + "}";
}

struct Ping {
  NodeOptions nodes;
  Output output;
  std::string format = "text";

  int run() const {
    std::vector<std::unique_ptr<RemoteNode>> opened;
    if (!nodes.open(opened, schema::process_environment())) return exit_error;
    std::string text, json;
    bool all_good = true;
    std::vector<RemoteNode*> asked;
    for (const auto& node : opened) asked.push_back(node.get());
    std::vector<Heard> all(asked.size());
    ask_side_by_side(asked, [&](size_t i) { all[i] = listen(*asked[i]); }, nullptr);
    for (size_t i = 0; i < all.size(); ++i) {
      all_good = all_good && all[i].fault.empty();
      text += asked[i]->name() + ": " + line_of(all[i]) + "\n";
      json += (json.empty() ? "\n  " : ",\n  ") + json_of(asked[i]->name(), all[i]);
    }
    const bool written = output.write(format == "json" ? "{\"nodes\":[" + json + "]}\n" : text);
    return written && all_good ? exit_good : exit_error;
  }
};

}  // namespace

void add_ping(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("ping", "ask nodes for version, configuration and readiness; exit code 1 when one does not answer");
  auto verb = std::make_shared<Ping>();
  command->add_option("--format", verb->format, "text or json")->check(CLI::IsMember({"text", "json"}))->capture_default_str();
  verb->nodes.add_options(*command);
  verb->output.add_options(*command);
  command->callback([verb, &exit_code] { exit_code = verb->run(); });
}

}  // namespace deckctl
