#pragma once
// A field as plain JSON Schema (draft 7), as editors and other validators understand it: what only our own loader knows about a
// field (empty texts, nulls, references to secrets, templates of decK) is written out in standard keywords.

#include <string>
#include <string_view>
#include <vector>

#include "schema/shape.h"

namespace schema {

// Members of an object in the making.
class Node {
 public:
  explicit Node(Arena& arena) : arena_(arena) {}

  Node& set(std::string_view name, Value value);
  Node& set(std::string_view name, std::string_view text) { return set(name, Value::text(arena_.copy(text))); }
  Node& set(std::string_view name, const char* text) { return set(name, std::string_view(text)); }
  Node& list(std::string_view name, const std::vector<Value>& items) { return set(name, arena_.array(items)); }
  Node& words(std::string_view name, const std::vector<std::string_view>& texts);
  Value done() const { return arena_.object(members_); }

 private:
  Arena& arena_;
  std::vector<Member> members_;
};

class EditorFields {
 public:
  explicit EditorFields(Arena& arena) : arena_(arena) {}

  Value field(const Shape& shape) const;
  // Properties, what is required and that nothing else is known, of a record whose fields named in `elsewhere` are not its own to demand.
  // `added` are properties that stand in for or beside its fields.
  void add_record(const Shape& shape, const std::vector<Member>& added, const std::vector<std::string_view>& elsewhere, Node& node) const;
  // Whether a record must be there, because something in it must.
  static bool demands(const Shape& record);

 private:
  void add_types(const Shape& shape, Node& node) const;
  void add_limits(const Shape& shape, Node& node) const;
  void add_patterns(const Shape& shape, std::vector<Value>& all) const;
  void add_deprecation(const Shape& shape, Node& node) const;
  Value pattern(std::string_view expression, const Shape& shape, std::string_view message) const;
  Value one_of_or_template(const Value& enumerated, const Shape& shape) const;
  Value names_of_map(const Shape& keys) const;

  Arena& arena_;
};

}  // namespace schema
