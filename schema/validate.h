#pragma once
// Walks a value along its shape and reports everything that is wrong with it.

#include <string>
#include <string_view>
#include <vector>

#include "schema/problem.h"
#include "schema/shape.h"

namespace schema {

// Where the walk is, and whose entity it looks at. One is used for many entities: a step costs no memory of its own.
class Walk {
 public:
  explicit Walk(Problems& problems) : problems_(problems) {}

  // Begins another entity; the path to it follows by enter().
  void begin(std::string_view collection, std::string_view entity_name);
  void enter(std::string_view name) { crumbs_.push_back({name, 0, true}); }
  void enter(size_t position) { crumbs_.push_back({{}, position, false}); }
  void leave(size_t steps = 1) { crumbs_.resize(crumbs_.size() - steps); }

  void error(Place place, std::string what, std::string hint = {});
  void entity_error(Place place, std::string what, std::string hint = {});  // about the record as a whole
  void warning(Place place, std::string what, std::string hint = {});
  size_t errors() const { return problems_.errors(); }
  Path path() const;

 private:
  struct Crumb {
    std::string_view name;
    size_t position;
    bool named;
  };
  void add(Severity severity, Place place, bool entity, std::string what, std::string hint);

  Problems& problems_;
  std::vector<Crumb> crumbs_;
  std::string_view collection_, entity_name_;
};

// A record's fields, then its rules. `replaced` holds shapes that stand in for fields of the same name (variants by protocol or name) or
// that come on top of them.
void validate_record(const Shape& shape, const Value& record, Walk& walk, const std::vector<const Shape*>* replaced = nullptr);
// The same for the settings of a plugin: its rules speak of the plugin as a whole. The walk stands at the plugin.
void validate_plugin_config(const Shape& shape, const Value& config, Walk& walk);
void validate_value(const Shape& shape, const Value& value, Walk& walk);
void validate_rules(const std::vector<const Rule*>& rules, const Value& record, Walk& walk);

// The known name nearest to `name`, as "did you mean ...?"; empty when none is near.
std::string nearest(std::string_view name, const std::vector<std::string_view>& known);

}  // namespace schema
