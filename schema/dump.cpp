#include "schema/dump.h"

#include <algorithm>

#include "schema/emit.h"
#include "schema/masked.h"
#include "schema/vaults.h"

namespace schema {

namespace {

// The shape of a vault's settings follows from its name.
const Shape* vault_config(const Entity& vault) {
  const Value* name = vault.given.find("name");
  for (const Variant& variant : vault.shape->variants)
    for (std::string_view known : variant.names)
      if (name != nullptr && name->is_text() && name->as_text() == known && !variant.fields.empty()) return variant.fields.front();
  return nullptr;
}

// Taken at input to make other entities, never stored. They are very few.
bool is_transient(const Shape* field) {
  static const auto all = [] {
    std::vector<const Shape*> found;
    for (const EntityShape& kind : shapes().entities())
      for (const Shape* one : kind.shape->fields)
        if (one->schema->find("x-transient") != nullptr) found.push_back(one);
    return found;
  }();
  return std::ranges::find(all, field) != all.end();
}

class Filler {
 public:
  Filler(Arena& arena, const DumpOptions& options) : arena_(arena), options_(options) {}

  Value entity(const Entity& entity) {
    const bool is_plugin = entity.shape->name == "plugins";
    const PluginShape* plugin = is_plugin ? shapes().plugin(Reader(entity.shape, &entity.given).text("name")) : nullptr;
    const Shape* settings = plugin != nullptr ? plugin->config : entity.shape->variants.empty() ? nullptr : vault_config(entity);
    Record members(arena_, entity.shape->fields.size() + entity.shape->expressions_fields.size());
    for (const Shape* field : entity.shape->fields) {
      const Value* given = entity.given.find(field->name);
      if (!options_.timestamps && (field->name == "created_at" || field->name == "updated_at")) continue;
      if (is_transient(field) || (given == nullptr && !options_.defaults)) continue;
      const Shape& shape = settings != nullptr && field->name == "config" ? *settings : *field;
      if (given == nullptr && plugin != nullptr && field->name == "protocols")
        members.add(field->name, described(*field, *plugin->config->schema->find("x-plugin")->find("protocols")));
      else
        members.add(field->name, this->field(shape, given));
    }
    // Fields that only the expressions router knows.
    for (const Shape* field : entity.shape->expressions_fields)
      if (const Value* given = entity.given.find(field->name)) members.add(field->name, this->field(*field, given));
    return members.value();
  }

  static void add(std::vector<Member>& members, std::string_view name, Value value) { members.push_back({name, {}, value}); }

 private:
  // Its fields are not known here: those of a plugin's settings, of a vault's.
  static bool is_abstract(const Shape& field) { return field.schema->find("x-abstract") != nullptr; }

  // A record that is filled where it stays.
  class Record {
   public:
    Record(Arena& arena, size_t fields_max) : storage_(arena.make<Member>(fields_max)) {}
    void add(std::string_view name, Value value) { storage_[used_++] = {name, {}, value}; }
    Value value() const { return Value::object(storage_.first(used_)); }

   private:
    std::span<Member> storage_;
    size_t used_ = 0;
  };

  Value field(const Shape& shape, const Value* given) {
    if (given != nullptr) return described(shape, *given);
    if (shape.type == Type::record && !is_abstract(shape) && (!shape.nullable || shape.default_value != nullptr))
      return shape.default_value != nullptr && !shape.default_value->is_object() ? plain(*shape.default_value) : record(shape, shape.default_value);
    return shape.default_value != nullptr ? described(shape, *shape.default_value) : Value();
  }

  Value described(const Shape& shape, const Value& value) {
    if (value.is_null()) return {};
    if (const auto reference = vault_reference(value)) return Value::text(*reference);
    if (options_.mask_secrets && (shape.secret || value.from_secret)) return mask_of(value);
    if (shape.type == Type::record && !shape.fields.empty()) return record(shape, &value);
    if (value.is_array() && shape.items != nullptr) return list(*shape.items, value, shape.type == Type::set);
    if (value.is_object() && shape.type == Type::map && shape.items != nullptr) return map(*shape.items, value);
    return plain(value);
  }

  Value record(const Shape& shape, const Value* given) {
    Record members(arena_, shape.fields.size());
    for (const Shape* one : shape.fields) {
      const Value* value = given != nullptr && given->is_object() ? given->find(one->name) : nullptr;
      if (value == nullptr && !options_.defaults) continue;
      members.add(one->name, field(*one, value));
    }
    return members.value();
  }

  Value list(const Shape& items, const Value& value, bool is_set) {
    std::vector<Value> filled;
    for (const Value& item : value.items()) filled.push_back(described(items, item));
    if (is_set && options_.sorted_sets)
      std::sort(filled.begin(), filled.end(), [](const Value& a, const Value& b) { return to_json_text(a) < to_json_text(b); });
    return arena_.array(filled);
  }

  Value map(const Shape& values, const Value& value) {
    std::vector<Member> filled;
    for (const Member& member : value.members()) add(filled, member.name, described(values, member.value));
    return arena_.object(filled);
  }

  // Remembers where the value came from, as the value does.
  static Value mask_of(const Value& value) {
    Value mask = Value::text(secret_mask);
    mask.from_secret = value.from_secret;
    return mask;
  }

  // Without a shape of its own; an integral number is written as one.
  Value plain(const Value& value) {
    if (value.is_array()) {
      std::vector<Value> items;
      for (const Value& item : value.items()) items.push_back(plain(item));
      return arena_.array(items);
    }
    if (value.is_object()) {
      std::vector<Member> members;
      for (const Member& member : value.members()) add(members, member.name, plain(member.value));
      return arena_.object(members);
    }
    if (options_.mask_secrets && value.from_secret) return mask_of(value);
    return value;
  }

  Arena& arena_;
  const DumpOptions& options_;
};

// {id: X} becomes X: how top-level entries of a document refer to others.
void flatten_references(const EntityShape& kind, Value& entity) {
  for (Member& member : entity.members())
    for (const Shape* field : kind.references)
      if (field->name == member.name && member.value.is_object())
        if (const Value* id = member.value.find("id")) member.value = *id;
}

// To say "none" in a document is to ask for turns; a null leaves the algorithm as it is.
void keep_algorithm(Value& upstream) {
  const Value* algorithm = upstream.find("algorithm");
  Value* hash_on = upstream.find("hash_on");
  if (algorithm == nullptr || hash_on == nullptr || !algorithm->is_text() || !hash_on->is_text()) return;
  if (algorithm->as_text() == "consistent-hashing" && hash_on->as_text() == "none") *hash_on = Value();
}

}  // namespace

Value to_value(const Entity& entity, Arena& arena, const DumpOptions& options) { return Filler(arena, options).entity(entity); }

Value to_value(const Entity& entity, Arena& arena, bool with_defaults) {
  DumpOptions options;
  options.defaults = with_defaults;
  return to_value(entity, arena, options);
}

Value to_value(const Config& config, Arena& arena, const DumpOptions& options) {
  std::vector<Member> members;
  Filler::add(members, "_format_version", Value::text("3.0"));
  Filler::add(members, "_transform", Value::boolean(false));
  for (const EntityShape& kind : shapes().entities()) {
    const auto found = config.entities.find(kind.collection);
    if (found == config.entities.end() || kind.collection == "workspaces") continue;
    std::vector<Value> list;
    for (const Entity& entity : found->second) {
      list.push_back(Filler(arena, options).entity(entity));
      flatten_references(kind, list.back());
      if (kind.collection == "upstreams") keep_algorithm(list.back());
    }
    Filler::add(members, kind.collection, arena.array(list));
  }
  return arena.object(members);
}

std::string to_json(const Entity& entity, const DumpOptions& options) {
  Arena arena;
  return to_json_text(to_value(entity, arena, options));
}

std::string to_json(const Config& config, const DumpOptions& options) {
  Arena arena;
  return to_json_text(with_masked(to_value(config, arena, options), arena)) + "\n";
}

std::string to_yaml(const Config& config, const DumpOptions& options) {
  Arena arena;
  return to_yaml_text(with_masked(to_value(config, arena, options), arena));
}

}  // namespace schema
