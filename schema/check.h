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

// The named rules of `x-check`. Empty: it passes, or there is no such rule.
std::string run_named_check(std::string_view name, const Value& value);

// The value as messages show it.
std::string shown(const Value& value);

}  // namespace schema
