#include <CLI/CLI.hpp>
#include <cstdio>

#include "deckctl/commands/commands.h"
#include "deckctl/commands/output.h"
#include "deckctl/nodes/node_list.h"
#include "schema/report.h"

namespace deckctl {

namespace {

struct Heard {
  std::string fault, hash, reason;
  Identity identity;
  bool ready = false;
};

Heard listen(RemoteNode& node) {
  Heard heard;
  heard.fault = node.identify(heard.identity);
  if (heard.fault.empty()) heard.fault = node.ask_hash(heard.hash);
  if (heard.fault.empty()) heard.fault = node.ask_ready(heard.ready, heard.reason);
  return heard;
}

std::string line_of(const Heard& heard) {
  if (!heard.fault.empty()) return heard.fault;
  const std::string version = heard.identity.gateway_version.empty() ? "version " : "gateway " + heard.identity.gateway_version + ", compatible with ";
  return version + heard.identity.spoken_version + ", configuration " + heard.hash + ", " + (heard.ready ? "ready" : "not ready: " + heard.reason);
}

std::string json_of(const std::string& name, const Heard& heard) {
  using schema::json_quoted;
  std::string out = "{\"node\":" + json_quoted(name) + ",\"reachable\":" + (heard.fault.empty() ? "true" : "false");
  if (!heard.fault.empty()) return out + ",\"error\":" + json_quoted(heard.fault) + "}";
  return out + ",\"gateway_version\":" + json_quoted(heard.identity.gateway_version) + ",\"version\":" + json_quoted(heard.identity.spoken_version) +
         ",\"configuration_hash\":" + json_quoted(heard.hash) + ",\"ready\":" + (heard.ready ? "true" : "false") + ",\"reason\":" + json_quoted(heard.reason) + "}";
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
    for (const auto& node : opened) {
      const Heard heard = listen(*node);
      all_good = all_good && heard.fault.empty();
      text += node->name() + ": " + line_of(heard) + "\n";
      json += (json.empty() ? "\n  " : ",\n  ") + json_of(node->name(), heard);
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
