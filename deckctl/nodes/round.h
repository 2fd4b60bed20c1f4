#pragma once
// One question to several nodes at the same time.

#include <functional>
#include <vector>

#include "deckctl/nodes/interruption.h"
#include "deckctl/nodes/remote_node.h"

namespace deckctl {

// Runs `ask(i)` for each node on a thread of its own. A node that is not done within its time is given up: what is
// being asked of it fails. So do all questions when somebody interrupts (nullptr: nobody can); false then. Returns when
// every `ask` has; only the lookup of a host name can delay that.
bool ask_side_by_side(const std::vector<RemoteNode*>& nodes, const std::function<void(size_t)>& ask,
                      Interruption* interruption);

// The same for one node that must not be left alone half way.
void ask_alone(RemoteNode& node, const std::function<void()>& ask);

}  // namespace deckctl
