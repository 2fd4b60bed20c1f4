#pragma once
// The rules over one configuration, and their findings as people and machines read them.

#include <string>
#include <vector>

#include "deckctl/lint/findings.h"
#include "schema/document.h"
#include "schema/report.h"

namespace deckctl::lint {

struct Selection {
  std::vector<std::string> only;      // empty: all
  std::vector<std::string> disabled;

  bool holds(std::string_view rule) const;
};

// Sorted by place. The configuration must outlive the result.
Findings run(const schema::Config& config, const Selection& selection = {});

// One finding a line in `text`, with the rule's name in brackets at the end; a whole document in `json` and `sarif`.
std::string report(const Findings& findings, const schema::Document& document, schema::Format format);

// The table of rules with their reasons: text for people, JSON, or (sarif, github) Markdown rows.
std::string rule_list(schema::Format format);

}  // namespace deckctl::lint
