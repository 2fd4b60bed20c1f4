#include "deckctl/changes/changes.h"

#include <algorithm>

#include "schema/dump.h"
#include "schema/emit.h"
#include "schema/naming.h"

namespace deckctl {

namespace {

using schema::Arena;
using schema::Entity;
using schema::Value;

bool is_mask(const Value& value) { return value.is_text() && value.as_text() == secret_mask; }

bool any_mask(const Value& value) {
  if (value.is_array()) return std::any_of(value.items().begin(), value.items().end(), any_mask);
  if (value.is_object()) return std::any_of(value.members().begin(), value.members().end(), [](const schema::Member& member) { return any_mask(member.value); });
  return is_mask(value);
}

void mask_all(Value& value) {
  if (value.is_array())
    for (Value& item : value.items()) mask_all(item);
  else if (value.is_object())
    for (schema::Member& member : value.members()) mask_all(member.value);
  else if (!value.is_null())
    value = Value::text(secret_mask);
}

// What one side knows to be secret (it came from the environment) is secret on the other side too.
void mask_alike(Value& a, Value& b) {
  if (a.is_object() && b.is_object()) {
    for (schema::Member& member : a.members())
      if (Value* other = b.find(member.name); other != nullptr) mask_alike(member.value, *other);
  } else if (any_mask(a) || any_mask(b)) {
    mask_all(a);
    mask_all(b);
  }
}

// Masks what is marked inside; `whole`: all of it.
Value masked(const Value& value, Arena& arena, bool whole) {
  if (whole || value.from_secret) return value.is_null() ? value : Value::text(secret_mask);
  if (value.is_array()) {
    std::vector<Value> items;
    for (const Value& item : value.items()) items.push_back(masked(item, arena, false));
    return arena.array(items);
  }
  if (value.is_object()) {
    std::vector<schema::Member> members;
    for (const schema::Member& member : value.members()) members.push_back({member.name, {}, masked(member.value, arena, false)});
    return arena.object(members);
  }
  return value;
}

std::string json_or_nothing(const Value& value) { return value.is_null() ? std::string() : schema::to_json_text(value); }

class Shower {
 public:
  Shower(const schema::Config& from, const schema::Config& to, const std::vector<std::string>& files) : from_names_(from), to_names_(to), files_(files) {}

  ShownChange show(const schema::Change& change) {
    ShownChange shown{change.kind, entity_word(change.collection), change.key, change.after != nullptr ? place_of(*change.after) : "", {}, {}, {}};
    Arena arena;
    schema::DumpOptions options;
    options.mask_secrets = true;
    options.timestamps = false;
    Value before = change.before != nullptr ? schema::to_value(*change.before, arena, options) : Value();
    Value after = change.after != nullptr ? schema::to_value(*change.after, arena, options) : Value();
    if (change.before != nullptr && change.after != nullptr) mask_alike(before, after);
    shown.before_json = json_or_nothing(before);
    shown.after_json = json_or_nothing(after);
    if (change.kind == schema::ChangeKind::update)
      for (const schema::FieldChange& field : change.fields) shown.fields.push_back(show(change, field, arena));
    if (change.kind == schema::ChangeKind::create) add_written(*change.after, shown.fields, options, arena);
    return shown;
  }

 private:
  std::string place_of(const Entity& entity) const {
    // That of its first value.
    schema::Place place;
    for (const schema::Member& member : entity.given.members()) {
      const schema::Place one = member.value.place;
      if (one.line != 0 && (place.line == 0 || std::pair(one.line, one.column) < std::pair(place.line, place.column))) place = one;
    }
    if (place.line == 0 || place.file >= files_.size()) return "";
    return files_[place.file] + ":" + std::to_string(place.line) + ":" + std::to_string(place.column);
  }

  ShownField show(const schema::Change& change, const schema::FieldChange& field, Arena& arena) {
    if (is_reference(change.collection, field.path)) return {field.path, reference_text(field.before, from_names_), reference_text(field.after, to_names_), false};
    return {field.path, json_or_nothing(masked(field.before, arena, field.secret)), json_or_nothing(masked(field.after, arena, field.secret)), field.secret};
  }

  static bool is_reference(std::string_view collection, std::string_view name) {
    const auto& references = schema::shapes().entity(collection)->references;
    return std::any_of(references.begin(), references.end(), [&](const schema::Shape* field) { return field->name == name; });
  }

  // People know a name, not an id.
  static std::string reference_text(const Value& reference, schema::Naming& names) {
    const Value* id = reference.is_object() ? reference.find("id") : nullptr;
    if (id == nullptr || !id->is_text()) return "";
    const Entity* entity = names.of_id(id->as_text());
    return schema::to_json_text(Value::text(entity != nullptr ? names.shown(*entity) : id->as_text()));
  }

  // Of a new entity what its document says, not all the defaults.
  void add_written(const Entity& entity, std::vector<ShownField>& fields, schema::DumpOptions options, Arena& arena) {
    options.defaults = false;
    const Value written = schema::to_value(entity, arena, options);
    for (const schema::Member& member : written.members()) {
      const Value* given = entity.given.find(member.name);
      if (member.name == "id" && (given == nullptr || given->place.line == 0)) continue;
      if (is_reference(entity.shape->name, member.name)) {
        // A child's name says whose it is; its parent need not be told again.
        if (const std::string text = reference_text(member.value, to_names_); !text.empty()) fields.push_back({std::string(member.name), "", text, false});
      } else {
        add_leaves(std::string(member.name), member.value, given, fields);
      }
    }
  }

  // `given` stands nowhere when it is a default that was written down by a dump.
  static void add_leaves(const std::string& path, const Value& value, const Value* given, std::vector<ShownField>& fields) {
    if (given == nullptr || given->place.line == 0 || value.is_null()) return;
    if (!value.is_object() || value.members().empty()) return fields.push_back({path, "", schema::to_json_text(value), is_mask(value)});
    for (const schema::Member& member : value.members())
      add_leaves(path + "." + std::string(member.name), member.value, given->is_object() ? given->find(member.name) : nullptr, fields);
  }

  schema::Naming from_names_, to_names_;
  const std::vector<std::string>& files_;
};

}  // namespace

size_t Changes::count(schema::ChangeKind kind) const {
  return static_cast<size_t>(std::count_if(list.begin(), list.end(), [&](const ShownChange& change) { return change.kind == kind; }));
}

std::string entity_word(std::string_view collection) {
  static constexpr std::pair<std::string_view, std::string_view> words[] = {
      {"acls", "acl-group"},  {"basicauth_credentials", "basic-auth"}, {"hmacauth_credentials", "hmac-auth"},
      {"jwt_secrets", "jwt-auth"}, {"keyauth_credentials", "key-auth"}, {"oauth2_credentials", "oauth2-cred"},
  };
  for (const auto& [name, word] : words)
    if (name == collection) return std::string(word);
  std::string word(collection);
  if (word.ends_with('s')) word.pop_back();
  std::replace(word.begin(), word.end(), '_', '-');
  return word;
}

Changes changes_between(const schema::Config& from, const schema::Config& to, const std::vector<std::string>& files) {
  const schema::Diff diff = schema::diff(from, to);
  Shower shower(from, to, files);
  Changes changes;
  for (const schema::Change& change : diff.changes) changes.list.push_back(shower.show(change));
  return changes;
}

}  // namespace deckctl
