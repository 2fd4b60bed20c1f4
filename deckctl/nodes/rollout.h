#pragma once
// One configuration on every node, or on none.

#include <functional>
#include <string>
#include <vector>

#include "deckctl/nodes/interruption.h"
#include "deckctl/nodes/remote_node.h"

namespace deckctl {

enum class Outcome {
  untouched,  // nothing was sent but dry runs
  same,       // it had this configuration already
  synced,
  put_back,   // it had the new one for a while, and now what it had before
  unknown,    // it may have either; somebody must look
};

std::string_view to_text(Outcome outcome);

// What is to happen on one node.
struct Step {
  RemoteNode* node = nullptr;
  std::string before_hash, before_text;
  std::string before_text_hash;  // what it shows after before_text was posted again
  std::string text, hash;        // the new one
  Accompanying with;
  bool same = false, confirmed = false;
  Outcome outcome = Outcome::untouched;
  std::string why;               // of anything but good news
};

using Say = std::function<void(const std::string& line)>;

// Shows the new configuration to all nodes that have not got it, at the same time. False when one refuses, its `why` says what, or when somebody
// interrupts; nothing has changed.
bool try_everywhere(std::vector<Step>& steps, Interruption& interruption, const Say& say);

// Node by node: load, then ask for the hash. Where a confirmation is awaited, it is given once all nodes have the new one. At the first failure,
// or when somebody interrupts before the next node, those that are done get back what they had, as far as they can be reached and nobody else
// changed them since. False then; the outcomes tell where each node stands.
bool roll_out(std::vector<Step>& steps, Interruption& interruption, const Say& say);

}  // namespace deckctl
