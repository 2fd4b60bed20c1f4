// Loading and compiling 10,000 services with a route each, without and with two plugins on each route: what a reload costs its thread.

#include <benchmark/benchmark.h>

#include <string>

#include "gateway/runtime/compile.h"
#include "schema/compact.h"
#include "schema/dump.h"

namespace {

constexpr int entries = 10'000;

std::string document(bool json, bool with_plugins) {
  std::string out = json ? "{\"_format_version\": \"3.0\", \"services\": [" : "_format_version: \"3.0\"\nservices:\n";
  for (int i = 0; i < entries; ++i) {
    const std::string n = std::to_string(i);
    if (json) {
      out += (i > 0 ? ", " : "") + ("{\"name\": \"service-" + n + "\", \"host\": \"service-" + n + ".internal.example\", \"port\": 8080, \"protocol\": \"http\", \"routes\": [{\"name\": \"route-") + n +
             "\", \"paths\": [\"/api/service-" + n + "\"], \"strip_path\": true";
      if (with_plugins)
        out += ", \"plugins\": [{\"name\": \"key-auth\", \"config\": {\"key_names\": [\"apikey\"]}}, {\"name\": \"rate-limiting\", \"config\": {\"minute\": 60, \"policy\": \"local\"}}]";
      out += "}]}";
    } else {
      out += "- name: service-" + n + "\n  host: service-" + n + ".internal.example\n  port: 8080\n  protocol: http\n  routes:\n  - name: route-" + n + "\n    paths:\n    - /api/service-" + n +
             "\n    strip_path: true\n";
      if (with_plugins) out += "    plugins:\n    - name: key-auth\n      config:\n        key_names: [apikey]\n    - name: rate-limiting\n      config:\n        minute: 60\n        policy: local\n";
    }
  }
  return out + (json ? "]}" : "");
}

std::shared_ptr<const schema::Config> loaded(const std::string& text) {
  schema::Problems problems;
  return schema::load_apart({{"bench", text, schema::Syntax::detect}}, problems);
}

void load(benchmark::State& state, bool json) {
  const std::string text = document(json, state.range(0) != 0);
  for (auto _ : state) {
    if (loaded(text) == nullptr) state.SkipWithError("the document is refused");
  }
  state.SetBytesProcessed(static_cast<int64_t>(text.size()) * static_cast<int64_t>(state.iterations()));
}

void load_json(benchmark::State& state) { load(state, true); }
void load_yaml(benchmark::State& state) { load(state, false); }

void compile(benchmark::State& state) {
  const auto config = loaded(document(true, state.range(0) != 0));
  const runtime::Settings settings;
  runtime::NodeState node;
  for (auto _ : state) {
    schema::Problems problems;
    if (runtime::compile(config, settings, node, 1, "bench", problems) == nullptr) state.SkipWithError("the configuration does not compile");
  }
}

void dump_json(benchmark::State& state) {
  const auto config = loaded(document(true, state.range(0) != 0));
  for (auto _ : state) benchmark::DoNotOptimize(schema::to_json(*config));
}

BENCHMARK(load_json)->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);
BENCHMARK(load_yaml)->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);
BENCHMARK(compile)->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);
BENCHMARK(dump_json)->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
