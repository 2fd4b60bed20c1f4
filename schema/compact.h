#pragma once
// What stays of a document once it has become a configuration.

#include "schema/config.h"
#include "schema/flatten.h"

namespace schema {

// As load() (config.h), for whoever keeps a configuration for long: it holds nothing of its document but the names of the files.
std::unique_ptr<const Config> load_apart(std::vector<Source> sources, Problems& problems, const LoadOptions& options = {}, Document* refused = nullptr);

// Moves the records of the entities that were not dropped into `arena`: as they are, places included, without gaps, and texts that recur near
// each other (names of fields, words, ids) only once. The document may go afterwards.
void compact(std::vector<FlatEntity>& flat, Arena& arena);

}  // namespace schema
