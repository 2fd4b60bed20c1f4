#pragma once
// A hash of what a configuration means, as opposed to how it is written.

#include <string>

#include "schema/config.h"

namespace schema {

// 32 hex digits (the first half of a SHA-256) over the canonical form: every field with its default, entities sorted, names in place
// of ids, no times. Two documents with the same meaning have the same digest, and so have a document and its dump.
std::string digest(const Config& config);

}  // namespace schema
