#pragma once
// Changes as text for a terminal, JSON for machines, Markdown for a pull request. Several lists: what different nodes need.

#include <string>
#include <vector>

#include "deckctl/changes/changes.h"

namespace deckctl {

// An event a line, the fields below it, the counts at the end.
std::string to_text(const std::vector<Changes>& all, bool colour);

// decK's report with more in it; the last members are `extra` ("" or members of JSON that begin with a comma).
std::string to_json(const std::vector<Changes>& all, const std::vector<std::string>& errors, const std::string& extra = {});

// A table, and the fields in a block that hosts of git colour. Shows at most `changes_max` of them and at most about 50,000 bytes (a comment on
// GitHub has 65,536), and says how many more there are.
std::string to_markdown(const std::vector<Changes>& all, size_t changes_max);

// The lines of one change: the event, then -/+ lines of its fields. Long values are cut to what differs.
std::vector<std::string> lines_of(const ShownChange& change);

// "3 changes: 1 created, 1 updated, 1 deleted"
std::string counts_of(const Changes& changes);

}  // namespace deckctl
