#include <CLI/CLI.hpp>
#include <cstdio>

#include "deckctl/commands/commands.h"
#include "deckctl/commands/configuration.h"
#include "deckctl/commands/output.h"
#include "deckctl/explain/story.h"

namespace deckctl {

namespace {

struct Explain {
  std::string method, url;
  std::vector<std::string> headers, sources, more_sources;
  explain::Asked asked;
  ConfigurationOptions configuration;
  Output output;
  std::string format = "text";

  int run() const {
    explain::Asked request = asked;
    if (const std::string wrong = explain::parse(method, url, headers, request); !wrong.empty()) return complain(wrong);
    std::vector<std::string> all = sources;
    all.insert(all.end(), more_sources.begin(), more_sources.end());
    const auto config = load_or_complain(all, configuration);
    if (config == nullptr) return exit_error;
    const auto flavor = configuration.router_flavor == "expressions" ? routing::Flavor::expressions : routing::Flavor::traditional_compatible;
    std::vector<std::string> router_errors;
    const explain::Story story = explain::tell(*config, flavor, request, router_errors);
    for (const std::string& error : router_errors) complain(error);
    const bool written = output.write(format == "json" ? explain::to_json(story, config->document) : explain::to_text(story, config->document));
    return written && router_errors.empty() ? exit_good : exit_error;
  }

  static int complain(const std::string& what) {
    std::fprintf(stderr, "deckctl explain: %s\n", what.c_str());
    return exit_error;
  }
};

}  // namespace

void add_explain(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("explain", "say which route takes a request and why, which plugins run, and where it goes");
  auto verb = std::make_shared<Explain>();
  // Files may be asked about before this gateway has all their plugins; those are marked.
  verb->configuration.accept_described_plugins = true;
  verb->configuration.unknown_plugins = "skip";
  command->add_option("method", verb->method, "GET, POST, ...")->required();
  command->add_option("url", verb->url, "http(s)://host[:port]/path?query, or a path alone")->required();
  command->add_option("sources", verb->sources, sources_help);
  command->add_option("-s,--source", verb->more_sources, "the same (repeatable)")->allow_extra_args(false);
  command->add_option("-H,--header", verb->headers, "'Name: value' (repeatable)")->allow_extra_args(false);
  command->add_option("--source-ip", verb->asked.source_ip, "address of the client");
  command->add_option("--sni", verb->asked.sni, "server name of the TLS handshake; the host when not given");
  command->add_option("--consumer", verb->asked.consumer, "whose plugins join once it is authenticated: username, id or custom_id");
  command->add_option("--format", verb->format, "text or json")->check(CLI::IsMember({"text", "json"}));
  verb->configuration.add_options(*command);
  verb->output.add_options(*command);
  command->callback([verb, &exit_code] { exit_code = verb->run(); });
}

}  // namespace deckctl
