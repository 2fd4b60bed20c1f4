#pragma once
// Two versions of a text as a patch.

#include <string>

namespace deckctl::git {

// A unified diff with three lines of context, as git prints and applies it; empty when both are the same.
std::string unified_diff(const std::string& name, const std::string& before, const std::string& after);

}  // namespace deckctl::git
