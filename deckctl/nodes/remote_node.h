#pragma once
// A running gateway, asked and told through its Admin API.

#include <memory>
#include <string>

#include "deckctl/nodes/transport.h"
#include "schema/config.h"

namespace deckctl {

// What a node says of itself.
struct Identity {
  std::string gateway_version;  // empty: not this gateway
  std::string spoken_version;   // of the format and API it understands
  std::string router_flavor;
};

struct Status {
  std::string hash;       // of its configuration: 32 hex digits, all zero when it has none
  std::string not_ready;  // why it takes no traffic; empty: it does, or is another gateway, whose Admin API does not say

  bool has_configuration() const { return hash.find_first_not_of('0') != std::string::npos; }
};

// What a node runs: its hash was asked for first, so it may be older than the configuration, but never newer.
struct Running {
  Identity identity;
  std::string hash;  // 32 hex digits as /status tells them
  std::string text;  // as the node gave it: posting it again restores it
  std::unique_ptr<const schema::Config> config;
};

enum class Told { done, refused, unclear };  // unclear: no answer came, it may have been taken or not

struct Telling {
  Told told = Told::done;
  std::string why;  // of the latter two; may be several lines
};

// What a node is told beside a configuration: where that comes from, for people who ask the node later.
struct Accompanying {
  std::string commit = {}, author = {}, synced_by = {};  // empty: not known
  unsigned confirm_within_s = 0;          // it goes away by itself then, unless confirmed; 0: it stays

  std::string query() const;  // "&commit=...&author=...", or nothing
};

// What /status shows once a node runs `text`: the MD5 of what it was given, or zeros when that has no entity.
std::string hash_of(std::string_view text, const schema::Config& config);

// Functions that return a text return what went wrong, empty when nothing did; none of them throws, none repeats what the node was told.
class RemoteNode {
 public:
  RemoteNode(std::string name, int timeout_s, std::unique_ptr<Transport> transport) : name_(std::move(name)), timeout_s_(timeout_s), transport_(std::move(transport)) {}

  const std::string& name() const { return name_; }
  int timeout_s() const { return timeout_s_; }

  // See Transport; these two are for any thread.
  void give_up(const std::string& why) { transport_->give_up(why); }
  void resume() { transport_->resume(); }

  std::string identify(Identity& identity);
  std::string ask_status(Status& status);
  std::string ask_hash(std::string& hash);
  // What it runs, as texts; understand() makes a configuration of them, without asking.
  std::string fetch(Running& running);
  std::string understand(Running& running) const;

  // Sends a whole configuration as JSON or YAML; only when the node still runs `if_hash`. A dry run changes nothing.
  Telling dry_run(const std::string& text, const std::string& if_hash) { return tell(text, if_hash, "&dry_run=1"); }
  Telling load(const std::string& text, const std::string& if_hash, const Accompanying& with) { return tell(text, if_hash, with.query()); }
  // What waits for confirmation, as long as it has this hash, stays.
  Telling confirm(const std::string& hash);
  // What waits for confirmation goes, as long as it has this hash.
  Telling roll_back(const std::string& hash, const Accompanying& with);

 private:
  Telling tell(const std::string& text, const std::string& if_hash, const std::string& more);
  Telling ask(const std::string& path, const std::string& body, const std::string& type);

  std::string name_;
  int timeout_s_;
  std::unique_ptr<Transport> transport_;
};

}  // namespace deckctl
