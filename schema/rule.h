#pragma once
// Rules over several fields of a record (`x-checks`), compiled so that following one costs a few look-ups.

#include <string>
#include <string_view>
#include <vector>

#include "schema/shape.h"

namespace schema {

// A field at a dotted path below the record of the rule.
struct FieldPath {
  std::string_view text;
  std::vector<std::string_view> names;
  const Value* fallback = nullptr;  // the default when nothing on the way is given

  // The effective value; nullptr when unset.
  const Value* in(const Value& record) const;
};

// A small schema of `if` or `then`.
struct Condition {
  bool given = false, required = false;
  const Value* constant = nullptr;  // also when it is null
  const Value* contains = nullptr;
  std::vector<Condition> items;     // one or none: of every element
  std::vector<const Check*> checks;

  // `what` gets the text of the first fault.
  bool holds(const Value* value, std::string& what) const;
};

struct Rule;
// A rule of `rules.cpp` by name: empty when the record follows it.
using CustomRule = std::string (*)(const Rule& rule, const Value& record);
CustomRule custom_rule(std::string_view name);  // nullptr: there is none

enum class RuleKind : uint8_t {
  at_least_one_of, conditional_at_least_one_of, only_one_of, mutually_required, mutually_exclusive, distinct, conditional, custom
};

struct Rule {
  RuleKind kind = RuleKind::custom;
  std::string_view name, error;
  std::vector<FieldPath> fields;  // of a conditional_at_least_one_of: the `then_fields`
  FieldPath if_field, then_field;
  Condition if_condition, then_condition;
  CustomRule custom = nullptr;
};

std::vector<const Rule*> compile_rules(const Value* list, const Shape& shape);

struct RuleFault {
  std::string what;
  const FieldPath* then_field = nullptr;  // of a conditional: the field that also has a message of its own
  std::string then_what;
};

// False: the record breaks the rule. Fields the record lacks count with their defaults. `prefix` stands before the names of fields
// in messages ("config.").
bool follows(const Rule& rule, const Value& record, std::string_view prefix, RuleFault& fault);

// Not missing, not null, not "", not an empty list or map.
bool non_empty(const Value* value);
bool is_vault_reference(const Value& value);

}  // namespace schema
