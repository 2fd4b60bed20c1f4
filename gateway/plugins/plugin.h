#pragma once
// What a plugin is: one immutable object for each configured plugin, shared by all workers, with up to three hooks.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "gateway/plugins/exchange.h"
#include "schema/config.h"

namespace observe {
class Log;
class Metrics;
class LogFiles;
}  // namespace observe

namespace script {
class Scripts;
}  // namespace script

namespace plugins {

class RateCounters;
class CredentialIndex;

// A verdict at once, or a task that waits for one. Only what has something to wait for is a coroutine.
using Step = std::variant<Verdict, async::Task<Verdict>>;

class Plugin {
 public:
  virtual ~Plugin() = default;
  // In the order of priorities, until one answers.
  virtual Step on_request(Exchange&) const { return Verdict::go_on; }
  // Before the head of any answer is sent, also for our own ones and for requests no route matched (global plugins).
  virtual void on_response(Exchange&) const {}
  // After the last byte, or when the client has gone. Never waits.
  virtual void on_finish(const Exchange&) const {}
};

// What hooks a class overrides; an unused hook costs nothing because its chain does not hold the plugin.
enum Hook : uint8_t { hook_request = 1, hook_response = 2, hook_finish = 4 };

// What plugins may use while they are built. Node-wide state outlives a reload; the index belongs to the snapshot.
struct Building {
  const schema::Config& config;
  const CredentialIndex& credentials;
  RateCounters& counters;
  observe::Metrics& metrics;
  observe::LogFiles& log_files;
  std::vector<std::string>& errors;   // "plugins[3].config.x: why", makes the load fail
  std::string_view node_id = {};      // shown by answers that describe the node
  // The same for what nobody has made yet: left out with a warning when the node is told to skip what it does not know.
  std::vector<std::string> unbuilt = {};
  script::Scripts* scripts = nullptr;  // of the snapshot; nullptr: there are none
  observe::Log* log = nullptr;         // for what goes wrong while requests are served; nullptr: nobody reads it
};

struct CatalogueEntry {
  std::string_view name;
  uint8_t hooks;  // set of Hook
  std::unique_ptr<Plugin> (*make)(const schema::Plugin&, Building&);
};

// The one explicit list of plugins that exist (catalogue.cpp). nullptr when the name is not built.
const CatalogueEntry* find_in_catalogue(std::string_view name);

}  // namespace plugins
