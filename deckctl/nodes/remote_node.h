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

// What /status shows once a node runs `text`: the MD5 of what it was given, or zeros when that has no entity.
std::string hash_of(std::string_view text, const schema::Config& config);

// Functions that return a text return what went wrong, empty when nothing did; none of them throws, none repeats what the node was told.
class RemoteNode {
 public:
  RemoteNode(std::string name, std::unique_ptr<Transport> transport) : name_(std::move(name)), transport_(std::move(transport)) {}

  const std::string& name() const { return name_; }

  std::string identify(Identity& identity);
  std::string ask_hash(std::string& hash);
  // Whether it serves: what the node says, or, where it does not say, whether it has a configuration. `reason`: why not.
  std::string ask_ready(bool& ready, std::string& reason);
  std::string fetch(Running& running);

  // Sends a whole configuration as JSON or YAML; only when the node still runs `if_hash`. A dry run changes nothing.
  Telling dry_run(const std::string& text, const std::string& if_hash) { return tell(text, if_hash, true); }
  Telling load(const std::string& text, const std::string& if_hash) { return tell(text, if_hash, false); }

 private:
  Telling tell(const std::string& text, const std::string& if_hash, bool dry_run);

  std::string name_;
  std::unique_ptr<Transport> transport_;
};

}  // namespace deckctl
