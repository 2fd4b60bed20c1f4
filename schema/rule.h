#pragma once
// Rules over several fields of a record (`x-checks`).

#include <string>
#include <string_view>
#include <vector>

#include "schema/shape.h"

namespace schema {

// A small schema that a value satisfies or not; compiled once with its rule.
struct Condition {
  const Value* schema = nullptr;   // nullptr: always satisfied
  std::vector<const Check*> checks;
  const Condition* items = nullptr;
};

struct Rule {
  std::string_view kind, name, if_field, then_field, error;
  std::vector<std::string_view> fields;
  Condition if_condition, then_condition;
  std::vector<std::string_view> then_fields;
};

std::vector<const Rule*> compile_rules(const Value* list);

struct RuleFault {
  std::string what;
  std::string_view then_field;   // set for `conditional`: the field that also has a message of its own
  std::string then_what;
};

// False: the record breaks the rule. `record` may lack fields: their defaults count.
bool follows(const Rule& rule, const Shape& shape, const Value& record, RuleFault& fault);

}  // namespace schema
