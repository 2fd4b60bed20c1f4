#pragma once
// A configuration from text, its chains, and requests to send through them: everything but sockets.

#include <doctest/doctest.h>

#include <deque>
#include <string>

#include "gateway/observe/log_files.h"
#include "gateway/observe/metrics.h"
#include "gateway/plugins/chain.h"
#include "gateway/plugins/credential_index.h"
#include "gateway/plugins/rate_counters.h"
#include "gateway/plugins/script_host.h"
#include "gateway/scripting/scripts.h"

namespace plugins {

class TextBody final : public BodyAccess {
 public:
  async::Task<async::Result<std::string_view>> read_all(size_t bytes_max) override {
    if (sent.size() > bytes_max) co_return async::Error{async::Side::client, "body too large"};
    co_return std::string_view(sent);
  }
  void replace(std::string_view body) override { replaced = body; }

  std::string sent, replaced;
};

// What lives as long as the node.
struct Node {
  RateCounters counters;
  observe::Metrics metrics;
  observe::LogFiles log_files;
};

struct World {
  explicit World(Node& node, std::string yaml, script::Policy policy = {}, observe::Log* log = nullptr) : scripts(std::move(policy), script_host()) {
    schema::Problems problems;
    config = schema::load({{"test.yml", "_format_version: \"3.0\"\n" + std::move(yaml), schema::Syntax::yaml}}, problems);
    for (const schema::Problem& problem : problems.all()) MESSAGE(schema::to_text(problem.path), ": ", problem.what);
    REQUIRE(config != nullptr);
    credentials = std::make_unique<CredentialIndex>(*config);
    Building building{*config, *credentials, node.counters, node.metrics, node.log_files, errors};
    building.scripts = &scripts;
    building.log = log;
    chains = std::make_unique<Chains>(*config, building);
    unbuilt = std::move(building.unbuilt);
  }

  const schema::Route* route(std::string_view name) const {
    for (const schema::Route& candidate : config->routes) {
      if (candidate.name == name) return &candidate;
    }
    return nullptr;
  }

  std::unique_ptr<const schema::Config> config;
  std::unique_ptr<CredentialIndex> credentials;
  std::vector<std::string> errors, unbuilt;
  script::Scripts scripts;
  std::unique_ptr<Chains> chains;
};

// One request on its way through the chain of a route.
struct Visit {
  Visit(const World& world, std::string_view route_name, std::string_view method = "GET", std::string_view target = "/") {
    exchange.config = world.config.get();
    exchange.route = world.route(route_name);
    if (exchange.route != nullptr) exchange.service = exchange.route->service;
    exchange.request_id = "0123456789abcdef0123456789abcdef";
    exchange.client.ip = exchange.client.peer_ip = "10.1.2.3";
    exchange.client.scheme = "http";
    exchange.client.server_port = 8000;
    exchange.request.method = exchange.original_method = method;
    exchange.request.target = exchange.original_target = target;
    exchange.request.host = "gw.test";
    http::Target parts = http::split_target(target);
    exchange.path = exchange.upstream_path = parts.raw_path;
    exchange.query = parts.query;
    exchange.has_query = parts.has_query;
    exchange.wall_ms = 1'750'000'000'000;
    run = ChainRun(*world.chains, world.chains->of(exchange.route, exchange.service));
  }

  Visit& header(std::string_view name, std::string_view value) {
    exchange.request.headers.add(name, value);
    return *this;
  }
  Visit& with_body(std::string_view type, std::string text) {
    header("Content-Type", type);
    body.sent = std::move(text);
    exchange.body = &body;
    return *this;
  }
  // The status of our own answer, 0 when the request would go to the upstream.
  int send() {
    auto running = run.run_request(exchange);
    REQUIRE(running.done());
    Verdict verdict = running.take();
    if (verdict == Verdict::go_on) {
      exchange.response.status = 200;
      exchange.origin = Origin::upstream;
    }
    for (const http::Header& added : exchange.reply_headers.all()) exchange.response.headers.add(added);
    run.response(exchange);
    return verdict == Verdict::answered ? exchange.response.status : 0;
  }
  std::string sent(std::string_view name) const { return std::string(exchange.request.headers.get(name)); }
  std::string got(std::string_view name) const { return std::string(exchange.response.headers.get(name)); }

  TextBody body;
  Exchange exchange;
  ChainRun run;
};

}  // namespace plugins
