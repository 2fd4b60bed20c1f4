#pragma once
// Ids that the same source gives at every load, so that what is sent is the same text each time.

#include "schema/config.h"

namespace deckctl {

// Entities without a name, and credentials, get a random id at every load. In `tree`, the dump of `config`, such an id becomes one made of what
// the entity says, or, where that holds secrets, of its owner and its position among the owner's. Ids that the document wrote down stay.
schema::Value with_stable_ids(const schema::Config& config, const schema::Value& tree, schema::Arena& arena);

}  // namespace deckctl
