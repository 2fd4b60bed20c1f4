#include "deckctl/nodes/stable_ids.h"

#include <algorithm>
#include <unordered_map>

#include "schema/naming.h"
#include "schema/uuid.h"

namespace deckctl {

namespace {

using schema::Entity;
using schema::Value;

// RFC 9562, 4.2: the digit that tells how an id was made; 4 is by chance.
bool is_random(std::string_view id) { return id.size() == 36 && id[14] == '4'; }

bool is_written(const Entity& entity) {
  const Value* id = entity.given.find("id");
  return id != nullptr && id->place.line != 0;
}

class StableIds {
 public:
  StableIds(const schema::Config& config, schema::Arena& arena) : arena_(arena), names_(config) {
    for (const auto& [collection, entities] : config.entities)
      for (const Entity& entity : entities) replace(entity);
  }

  Value apply(const Value& tree) {
    std::vector<schema::Member> members(tree.members().begin(), tree.members().end());
    for (schema::Member& member : members) {
      if (!member.value.is_array()) continue;
      const auto& references = schema::shapes().entity(member.name)->references;
      std::vector<Value> list;
      for (const Value& entity : member.value.items()) list.push_back(apply(entity, references));
      member.value = arena_.array(list);
    }
    return arena_.object(members);
  }

 private:
  void replace(const Entity& entity) {
    if (is_written(entity) || !is_random(entity.id)) return;
    // Several of one name are told apart by their order.
    std::string name = name_of(entity);
    name += ":" + std::to_string(times_[name]++);
    ids_.emplace(entity.id, arena_.copy(schema::uuid5(schema::shapes().entity(entity.shape->name)->id_namespace, name)));
  }

  // What it says; but an id is no place for what is made of a secret: a credential is only one of its owner's.
  std::string name_of(const Entity& entity) {
    const auto& fields = entity.shape->fields;
    if (std::none_of(fields.begin(), fields.end(), [](const schema::Shape* field) { return field->secret; })) return names_.key(entity);
    std::string name = "one of";
    for (const schema::Shape* field : schema::shapes().entity(entity.shape->name)->references) {
      const std::string_view id = schema::Reader(entity.shape, &entity.given).foreign(field->name);
      const Entity* owner = names_.of_id(id);
      name.append(":").append(owner != nullptr ? std::string_view(names_.key(*owner)) : id);
    }
    return name;
  }

  Value apply(const Value& entity, const std::vector<const schema::Shape*>& references) {
    std::vector<schema::Member> members;
    for (schema::Member member : entity.members()) {
      bool holds_id = member.name == "id";
      for (const schema::Shape* field : references) holds_id = holds_id || field->name == member.name;
      const auto found = holds_id && member.value.is_text() ? ids_.find(member.value.as_text()) : ids_.end();
      if (found != ids_.end()) member.value = Value::text(found->second);
      members.push_back(member);
    }
    return arena_.object(members);
  }

  schema::Arena& arena_;
  schema::Naming names_;
  std::unordered_map<std::string_view, std::string_view> ids_;  // random -> stable
  std::unordered_map<std::string, size_t> times_;
};

}  // namespace

Value with_stable_ids(const schema::Config& config, const Value& tree, schema::Arena& arena) { return StableIds(config, arena).apply(tree); }

}  // namespace deckctl
