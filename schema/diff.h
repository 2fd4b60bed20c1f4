#pragma once
// The difference of two configurations by entity and field.

#include <string>
#include <string_view>
#include <vector>

#include "schema/config.h"

namespace schema {

enum class ChangeKind : uint8_t { create, update, remove };

struct FieldChange {
  std::string path;    // dotted; positions count from 0: "config.limits.0"
  Value before, after;  // null: unset. Texts belong to the configurations or to the Diff; what is secret inside has `from_secret` set
  bool secret = false;  // both are to be shown masked as a whole
};

struct Change {
  ChangeKind kind = ChangeKind::update;
  std::string_view collection;
  std::string key;                 // for people, without secrets
  const Entity* before = nullptr;  // of `from`; nullptr of a new one
  const Entity* after = nullptr;   // of `to`; nullptr of a removed one
  std::vector<FieldChange> fields;  // of an update
};

struct Diff {
  Arena arena;
  // In an order that may be carried out: removals from the leaves up, then creations and updates from the roots down.
  std::vector<Change> changes;

  size_t count(ChangeKind kind) const;
};

// What leads from `from` to `to`. Defaults count as given; times do not count. Entities are the same when their keys are (see Naming), unless
// both sides wrote down an id and these differ; else when their ids are. What refers to one that was replaced under its old name is not told
// again. Both configurations must outlive the result.
Diff diff(const Config& from, const Config& to);

}  // namespace schema
