#include "deckctl/commands/compact.h"

#include <algorithm>

#include "schema/check.h"

namespace deckctl {

namespace {

using schema::Shape;
using schema::Value;

class Compacting {
 public:
  Compacting(bool skip_defaults, schema::Arena& arena) : skip_defaults_(skip_defaults), arena_(arena) {}

  Value entity(const Shape& shape, const Value& entity) {
    const Value* name = entity.find("name");
    const schema::PluginShape* plugin = shape.name == "plugins" && name != nullptr && name->is_text() ? schema::shapes().plugin(name->as_text()) : nullptr;
    std::vector<schema::Member> members;
    for (schema::Member member : entity.members()) {
      const Shape* field = plugin != nullptr && member.name == "config" ? plugin->config : shape.field(member.name);
      if (field == nullptr || !may_go(shape, *field, plugin, member)) members.push_back(member);
    }
    return arena_.object(members);
  }

 private:
  // Whether the member need not be said; shortens its value where only a part need not.
  bool may_go(const Shape& shape, const Shape& field, const schema::PluginShape* plugin, schema::Member& member) {
    if (plugin != nullptr && member.name == "protocols") return skip_defaults_ && schema::equal(member.value, *plugin->config->schema->find("x-plugin")->find("protocols"));
    const bool varies = std::any_of(shape.variants.begin(), shape.variants.end(), [&](const schema::Variant& variant) {
      return std::any_of(variant.fields.begin(), variant.fields.end(), [&](const Shape* other) { return other->name == field.name && !same_default(*other, field); });
    });
    return !varies && may_go(field, member.value);
  }

  static bool same_default(const Shape& a, const Shape& b) {
    if (a.default_value == nullptr || b.default_value == nullptr) return a.default_value == b.default_value;
    return schema::equal(*a.default_value, *b.default_value);
  }

  bool may_go(const Shape& field, Value& value) {
    if (!field.automatic.empty() || field.required) return false;
    if (value.is_null()) return field.nullable && field.default_value == nullptr;
    if (skip_defaults_ && field.default_value != nullptr && schema::equal(value, *field.default_value)) return true;
    if (field.type != schema::Type::record || field.fields.empty() || !value.is_object()) return false;
    value = record(field, value);
    // A record that is absent is made with its defaults, unless it may be null.
    return skip_defaults_ && value.members().empty() && !field.nullable && field.default_value == nullptr;
  }

  Value record(const Shape& shape, const Value& value) {
    std::vector<schema::Member> members;
    for (schema::Member member : value.members()) {
      const Shape* field = shape.field(member.name);
      if (field == nullptr || !may_go(*field, member.value)) members.push_back(member);
    }
    return arena_.object(members);
  }

  const bool skip_defaults_;
  schema::Arena& arena_;
};

}  // namespace

Value compact(const Value& tree, bool skip_defaults, schema::Arena& arena) {
  Compacting compacting(skip_defaults, arena);
  std::vector<schema::Member> members(tree.members().begin(), tree.members().end());
  for (schema::Member& member : members) {
    const schema::EntityShape* kind = member.value.is_array() ? schema::shapes().entity(member.name) : nullptr;
    if (kind == nullptr) continue;
    std::vector<Value> list;
    for (const Value& entity : member.value.items()) list.push_back(compacting.entity(*kind->shape, entity));
    member.value = arena.array(list);
  }
  return arena.object(members);
}

}  // namespace deckctl
