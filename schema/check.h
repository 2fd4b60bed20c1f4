#pragma once
// Checks of one field's value, compiled from its schema. Each says in the words users know what is wrong.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "schema/shape.h"

namespace schema {

struct Check {
  // Empty: the value passes.
  std::function<std::string(const Value&)> run;
};

// In the order in which a field stops at its first fault.
std::vector<const Check*> compile_checks(const Value& schema, Type type);

// A rule of `x-check`, by name. Empty text: the value passes.
using NamedCheck = std::string (*)(const Value& value);
NamedCheck named_check(std::string_view name);  // nullptr: there is none

// The value as messages show it.
std::string shown(const Value& value);
// Whether a regular expression can be compiled by PCRE, as far as RE2 can tell: what only PCRE knows is let pass.
bool is_regex(std::string_view pattern);
// Scalars by value (1 and 1.0 are the same), lists and maps by content.
bool equal(const Value& a, const Value& b);

}  // namespace schema
