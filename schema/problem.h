#pragma once
// What is wrong with a configuration. Every reader, check and reference reports Problems and goes on; nobody stops at the first.

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "schema/value.h"

namespace schema {

enum class Severity : uint8_t { warning, error };

// A step of a path inside the document: a field's name, or a position in an array (from 0).
using Step = std::variant<std::string, size_t>;
using Path = std::vector<Step>;

struct Problem {
  Severity severity = Severity::error;
  Place place{};          // line 0: the document as a whole
  Path path{};            // services, 3, routes, 0, strip_pth
  bool entity = false;  // about the record at `path` as a whole (what the Admin API lists under "@entity")
  std::string what{};     // "unknown field"
  std::string hint{};     // "did you mean strip_path?"; empty when there is none
  std::string entity_type{};  // singular collection name of the nearest entity, "route"; empty outside of entities
  std::string entity_name{};  // its name or id, when it has one that is well formed
};

class Problems {
 public:
  void add(Problem problem);
  bool any_error() const { return errors_ > 0; }
  size_t errors() const { return errors_; }
  const std::vector<Problem>& all() const { return all_; }
  // By file, line, column; the order of a report.
  void sort();

 private:
  std::vector<Problem> all_;
  size_t errors_ = 0;
};

// `services[3].routes[0].strip_pth`: positions from 0, as in the design of the text report.
std::string to_text(const Path& path);

}  // namespace schema
