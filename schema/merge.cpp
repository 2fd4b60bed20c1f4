#include "schema/merge.h"

namespace schema {

namespace {

bool same_scalar(const Value& a, const Value& b) {
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case Kind::null: return true;
    case Kind::boolean: return a.as_boolean() == b.as_boolean();
    case Kind::integer: return a.as_integer() == b.as_integer();
    case Kind::number: return a.as_number() == b.as_number();
    case Kind::text: return a.as_text() == b.as_text();
    default: return false;
  }
}

std::string where(const Document& document, Place place) {
  return document.files[place.file] + ":" + std::to_string(place.line) + ":" + std::to_string(place.column);
}

Value merge_two(const Value& a, const Value& b, Path path, Document& document, Problems& problems) {
  if (a.is_array() && b.is_array()) {
    std::vector<Value> items(a.items().begin(), a.items().end());
    items.insert(items.end(), b.items().begin(), b.items().end());
    Value merged = document.arena.array(items);
    merged.place = a.place;
    return merged;
  }
  if (a.is_object() && b.is_object()) {
    std::vector<Member> members(a.members().begin(), a.members().end());
    for (const Member& member : b.members()) {
      Member* existing = nullptr;
      for (Member& one : members)
        if (one.name == member.name) existing = &one;
      if (existing == nullptr) {
        members.push_back(member);
        continue;
      }
      Path inner = path;
      inner.emplace_back(std::string(member.name));
      existing->value = merge_two(existing->value, member.value, std::move(inner), document, problems);
    }
    Value merged = document.arena.object(members);
    merged.place = a.place;
    return merged;
  }
  if (!same_scalar(a, b))
    problems.add({.place = b.place, .path = path, .what = "differs from " + where(document, a.place), .hint = "one of the two files must give way"});
  return a;
}

}  // namespace

Value merge(const std::vector<Value>& roots, Document& document, Problems& problems) {
  if (roots.empty()) return Value::object({});
  Value merged = roots[0];
  for (size_t i = 1; i < roots.size(); ++i) merged = merge_two(merged, roots[i], {}, document, problems);
  return merged;
}

}  // namespace schema
