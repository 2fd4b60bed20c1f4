#pragma once
// A dump for people: without what need not be said.

#include "schema/config.h"

namespace deckctl {

// `tree` is a dump of a whole configuration. Leaves out nulls that mean the same as nothing, and with `skip_defaults` also values that are the
// defaults of their fields. Where a default depends on other fields the value stays. What is left loads as the same.
schema::Value compact(const schema::Value& tree, bool skip_defaults, schema::Arena& arena);

}  // namespace deckctl
