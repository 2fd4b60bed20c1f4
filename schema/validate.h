#pragma once
// Walks a value along its shape and reports everything that is wrong with it.

#include <string>

#include "schema/problem.h"
#include "schema/shape.h"

namespace schema {

// Where the walk is, and whose entity it looks at.
struct Walk {
  Problems& problems;
  Path path;
  std::string entity_type, entity_name;

  void error(Place place, std::string what, std::string hint = {}) const;
  void entity_error(Place place, std::string what) const;
};

// A record's fields, then its rules. `replaced` holds shapes that stand in for fields of the same name (variants by protocol or name).
void validate_record(const Shape& shape, const Value& record, Walk& walk, const std::vector<const Shape*>& replaced = {});
void validate_value(const Shape& shape, const Value& value, Walk& walk);
void validate_rules(const std::vector<const Rule*>& rules, const Shape& shape, const Value& record, Walk& walk);

// The known name nearest to `name`, as "did you mean ...?"; empty when none is near.
std::string nearest(std::string_view name, const std::vector<std::string_view>& known);

}  // namespace schema
