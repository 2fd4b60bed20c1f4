#pragma once
// A document in its canonical layout: what its author wrote, laid out as everybody's looks.

#include <string>

#include "schema/document.h"

namespace schema {

struct FormatOptions {
  Syntax syntax = Syntax::yaml;  // yaml or json (two blanks a level; JSON has no room for comments: they are left out)
  bool sort_entities = false;    // lists of entities by name, else as they stand
};

// Keys in the order of the schema, unknown ones behind them; nothing added, nothing taken away: no defaults, templates and vault
// references as written. Comments and single blank lines move with the key or item they belong to. Anchors stay when the document
// was read with ReadLimits::keep_merges (else `<<` is written out). The same for a document formatted twice.
// The document may have been changed since it was read: what is new has no place, hence no comments.
std::string format_document(const Document& document, const FormatOptions& options = {});

}  // namespace schema
