#pragma once
// The whole configuration that a node is to have, made from a source; or from a source and what the node has, where the source answers only
// for the entities with some tags.

#include <memory>
#include <string>
#include <vector>

#include "schema/config.h"

namespace deckctl {

struct Wanted {
  std::unique_ptr<const schema::Config> config;  // its places are those of the source's document
  std::string text, hash;  // as it is sent, and as the node's /status shows it then
};

// Why a source must not be sent, empty when it may: it has no entity, or a secret in it is a mask (it is a dump made for reading).
std::string why_unfit(const schema::Config& source);

// Of `_info.select_tags` and the command line; when both name some, they must be the same. Otherwise false.
bool select_tags(const schema::Config& source, const std::vector<std::string>& flags, std::vector<std::string>& tags);

// Entities that have all of the tags.
size_t count_entities(const schema::Config& config, const std::vector<std::string>& tags);

// The source alone: templates are filled in, vault references stay for the node, no times: the same source always makes the same text. nullptr,
// with the reason, when the text does not load again as the same (a fault of this program).
std::unique_ptr<const Wanted> wanted_of(const schema::Config& source, const schema::LoadOptions& options, std::string& wrong);

// What the node has without all of the `tags`, and the source, whose entities get them. nullptr when both do not go together.
std::unique_ptr<const Wanted> wanted_of(const schema::Config& source, const std::vector<std::string>& tags, const schema::Config& node,
                                        const schema::LoadOptions& options, std::string& wrong);

}  // namespace deckctl
