#pragma once
// Reads a record with the defaults of its shape: what is absent in the document has the default, what is null is unset.
// A typed struct or a plugin names each field once, here.

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "schema/shape.h"

namespace schema {

// The fields that readers were asked for. For tests: a setting that nobody reads is a promise nobody keeps.
using Reads = std::set<const Shape*>;

class Reader {
 public:
  Reader() = default;
  // `reads`, when given, hears of every field that this reader and those of its records are asked for; it must outlive them.
  Reader(const Shape* shape, const Value* given, Reads* reads = nullptr) : shape_(shape), given_(given), reads_(reads) {}

  // The effective value, or nullptr when unset (absent without default, or null). Asserts that the shape has the field.
  const Value* value(std::string_view field) const;

  bool boolean(std::string_view field, bool unset = false) const;
  std::optional<int64_t> integer(std::string_view field) const;
  std::optional<double> number(std::string_view field) const;
  std::string_view text(std::string_view field) const;  // empty when unset
  std::vector<std::string_view> texts(std::string_view field) const;  // arrays and sets of strings
  Reader record(std::string_view field) const;          // falsy when the record is unset
  std::vector<Reader> records(std::string_view field) const;  // arrays of records
  std::vector<std::pair<std::string_view, const Value*>> map(std::string_view field) const;
  std::string_view foreign(std::string_view field) const;     // the id, empty when unset

  explicit operator bool() const { return shape_ != nullptr; }
  const Shape* shape() const { return shape_; }
  const Value* given() const { return given_; }

 private:
  const Shape* shape_ = nullptr;
  const Value* given_ = nullptr;  // an object, or nullptr: all defaults
  Reads* reads_ = nullptr;
};

}  // namespace schema
