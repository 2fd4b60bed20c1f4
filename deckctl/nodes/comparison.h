#pragma once
// A source next to what each node runs.

#include <memory>
#include <string>
#include <vector>

#include "deckctl/changes/changes.h"
#include "deckctl/nodes/interruption.h"
#include "deckctl/nodes/remote_node.h"
#include "deckctl/nodes/wanted.h"

namespace deckctl {

struct ComparedNode {
  std::unique_ptr<RemoteNode> node;
  Running running;
  std::shared_ptr<const Wanted> wanted;  // shared: without tags all nodes are to have the same
  std::string fault;                     // it could not be compared
  size_t entities = 0, removals = 0;     // of what it runs, as far as the source answers for it
  bool same = false;
};

struct Comparison {
  std::vector<ComparedNode> nodes;
  std::vector<Changes> groups;  // nodes that need the same changes stand together; so do those that need none

  bool any_fault() const;
  bool any_change() const;
};

// Asks all nodes at the same time, also when some do not answer; those that had not when somebody interrupts have a fault. `tags`: the part of a
// node that the source answers for; empty: all of it.
Comparison compare(const schema::Config& source, const std::vector<std::string>& tags, const schema::LoadOptions& options,
                   std::vector<std::unique_ptr<RemoteNode>> nodes, Interruption* interruption);

}  // namespace deckctl
