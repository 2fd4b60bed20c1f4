#include "schema/merge.h"

#include <unordered_map>

#include "schema/check.h"

namespace schema {

namespace {

class Merger {
 public:
  Merger(Document& document, Problems& problems) : document_(document), problems_(problems) {}

  // What several files say of one thing; a file that says nothing (null) leaves it to the others.
  Value merge(std::vector<const Value*> values) {
    std::erase_if(values, [](const Value* value) { return value->is_null(); });
    if (values.empty()) return {};
    const Value& first = *values[0];
    if (values.size() == 1) return first;
    const bool collects = first.is_array() || first.is_object();
    std::erase_if(values, [&](const Value* other) {
      if (collects ? other->kind() == first.kind() : equal(first, *other)) return false;
      problems_.add({.place = other->place, .path = path_, .what = "differs from " + where(first.place), .hint = "one of the two files must give way"});
      return true;
    });
    Value merged = first.is_array() ? list(values) : first.is_object() ? map(values) : first;
    merged.place = first.place;
    return merged;
  }

 private:
  std::string where(Place place) const {
    return document_.files[place.file] + ":" + std::to_string(place.line) + ":" + std::to_string(place.column);
  }

  Value list(const std::vector<const Value*>& lists) {
    std::vector<Value> items;
    for (const Value* one : lists) items.insert(items.end(), one->items().begin(), one->items().end());
    return document_.arena.array(items);
  }

  // Names in the order in which they are met first.
  Value map(const std::vector<const Value*>& maps) {
    std::vector<Member> members;
    std::vector<std::vector<const Value*>> values;
    std::unordered_map<std::string_view, size_t> known;
    for (const Value* one : maps)
      for (const Member& member : one->members()) {
        const auto [at, fresh] = known.emplace(member.name, members.size());
        if (fresh) {
          members.push_back(member);
          values.emplace_back();
        }
        values[at->second].push_back(&member.value);
      }
    for (size_t i = 0; i < members.size(); ++i) {
      path_.emplace_back(std::string(members[i].name));
      members[i].value = merge(std::move(values[i]));
      path_.pop_back();
    }
    return document_.arena.object(members);
  }

  Document& document_;
  Problems& problems_;
  Path path_;
};

}  // namespace

Value merge(const std::vector<Value>& roots, Document& document, Problems& problems) {
  std::vector<const Value*> values;
  for (const Value& root : roots) values.push_back(&root);
  return roots.empty() ? Value::object({}) : Merger(document, problems).merge(std::move(values));
}

}  // namespace schema
