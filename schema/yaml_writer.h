#pragma once
// The YAML writer: one layout for dumps and for `fmt`.

#include <string>
#include <string_view>

#include "schema/value.h"

namespace schema {

// What stands around the nodes of a text and is no part of its tree. Each is asked for once, in the order of writing.
class Surroundings {
 public:
  virtual ~Surroundings() = default;
  // Appends whole lines that stand before the member or item at `place`; or after it and all below it. An item stands where its first
  // member does.
  virtual void before(Place place, size_t indent, std::string& out) = 0;
  virtual void after(Place place, bool item, size_t indent, std::string& out) = 0;
  // A comment at the end of its line; empty when there is none.
  virtual std::string beside(Place place) = 0;
  // "&name" when others refer to the value; "*name" when it stands for one that is written already; else empty.
  virtual std::string anchor(const Value& value) = 0;
  // The author put this text in quotes, and that matters.
  virtual bool wants_quotes(const Value& text) = 0;
};

// The name of a `<<` that was kept as a member (ReadLimits::keep_merges): it is told from a member named "<<" by its address.
inline constexpr char merge_key_text[] = "<<";
inline constexpr std::string_view merge_key{merge_key_text, 2};
inline bool is_merge_key(std::string_view name) { return name.data() == merge_key_text; }

// A tree as YAML that any 1.1 or 1.2 reader takes for the same; block style, lists at the column of their key, texts of several lines as `|`.
std::string write_yaml(const Value& value, Surroundings* surroundings = nullptr);

}  // namespace schema
