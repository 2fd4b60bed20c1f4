#pragma once
// What leads from one configuration to another, made fit for eyes: texts only, secrets already masked, so that no form of output can leak one.

#include <string>
#include <string_view>
#include <vector>

#include "schema/config.h"
#include "schema/diff.h"

namespace deckctl {

using schema::secret_mask;

// A value as one line of JSON; empty: unset.
struct ShownField {
  std::string path, before, after;
  bool secret = false;  // both are masks
};

struct ShownChange {
  schema::ChangeKind kind = schema::ChangeKind::update;
  std::string entity;  // "service", "key-auth"
  std::string name;    // "billing", "rate-limiting (service shop)"
  std::string place;   // file:line:column of what is new; empty when it is nowhere
  std::vector<ShownField> fields;  // of an update what differs; of a creation what is written
  std::string before_json, after_json;  // the whole entity; empty: there is none
};

struct Changes {
  std::vector<std::string> nodes;  // that need these; empty: two documents were compared
  std::vector<ShownChange> list;

  size_t count(schema::ChangeKind kind) const;
};

// Sorted so that it may be carried out; the same configurations give the same text. `files`: of the places in `to`.
Changes changes_between(const schema::Config& from, const schema::Config& to, const std::vector<std::string>& files);

// The word decK has for entities of a collection.
std::string entity_word(std::string_view collection);

}  // namespace deckctl
