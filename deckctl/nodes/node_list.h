#pragma once
// The nodes that a command line names: by URL, or by a file that lists them.

#include <memory>
#include <string>
#include <vector>

#include "deckctl/nodes/remote_node.h"
#include "schema/document.h"

namespace CLI {
class App;
}

namespace deckctl {

struct NodeOptions {
  std::vector<std::string> urls;
  std::string file;
  std::vector<std::string> tags;  // of the file's nodes, only those with one of them
  std::vector<std::string> headers;
  std::string admin_token;
  int timeout_s = 10;
  bool tls_skip_verify = false;
  std::string ca_cert, client_cert, client_key;

  // Each may also be given as an environment variable, DECK_ and its name.
  void add_options(CLI::App& command);
  // Whether any node was named on the command line itself.
  bool named() const { return !urls.empty() || !file.empty(); }
  // Named nodes, else that of the variable DECK_KONG_ADDR. False, and what is wrong on stderr: none, one twice, one that cannot be used.
  bool open(std::vector<std::unique_ptr<RemoteNode>>& nodes, const schema::Environment& environment) const;
  bool addresses(std::vector<NodeAddress>& all, const schema::Environment& environment) const;
};

}  // namespace deckctl
