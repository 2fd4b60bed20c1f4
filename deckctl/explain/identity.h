#pragma once
// Who a request turns out to be from, as far as the request itself tells: a key is looked up the way key-auth does.

#include <string>

#include "deckctl/explain/asked.h"
#include "schema/config.h"

namespace deckctl::explain {

struct Identity {
  const schema::Consumer* consumer = nullptr;  // nullptr: not told by the request
  std::string note;                            // how it is known, or what is missing; never holds the key. Empty: nothing to say
};

// `authentication`: the first plugin of the chain that tells who the consumer is.
Identity identify(const schema::Config& config, const schema::Plugin& authentication, const Asked& asked);

// Its user name, or its id.
std::string called(const schema::Consumer& consumer);

const schema::Consumer* consumer_named(const schema::Config& config, std::string_view name_or_id);

}  // namespace deckctl::explain
