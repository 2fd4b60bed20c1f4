#pragma once
// A file that lists nodes, for a repository: secrets stand in it as ${{ env "DECK_X" }}.
//
//   nodes:
//     - url: https://edge-1.example:8444
//       tags: [europe]
//       token: ${{ env "DECK_TOKEN" }}        # the header Kong-Admin-Token
//       headers: {Authorization: ...}
//       ca_cert: ca.pem                       # paths are those from the file's folder
//       client_cert: us.pem
//       client_key: us-key.pem
//       tls_skip_verify: false
//       timeout: 10                           # seconds

#include <string>
#include <vector>

#include "deckctl/nodes/address.h"
#include "schema/document.h"

namespace deckctl {

// Adds the nodes that have one of `tags` (all when there are none), each beginning as `common`. A node may be just its
// URL. The document is for the report of the problems.
schema::Document read_node_file(const std::string& path, const NodeAddress& common, const std::vector<std::string>& tags,
                                const schema::Environment& environment, std::vector<NodeAddress>& nodes, schema::Problems& problems);

}  // namespace deckctl
