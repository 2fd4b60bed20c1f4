#include "schema/validate.h"

#include <algorithm>
#include <cmath>

#include "schema/check.h"
#include "schema/masked.h"
#include "schema/misplaced.h"
#include "schema/rule.h"

namespace schema {

namespace {

std::string_view type_fault(Type type) {
  switch (type) {
    case Type::text: return "expected a string";
    case Type::integer: return "expected an integer";
    case Type::number: return "expected a number";
    case Type::boolean: return "expected a boolean";
    case Type::array: return "expected an array";
    case Type::set: return "expected a set";
    case Type::map: return "expected a map";
    case Type::record: return "expected a record";
    default: return "expected a reference";
  }
}

bool is_empty(const Value& value) { return (value.is_array() && value.items().empty()) || (value.is_object() && value.members().empty()); }

bool has_type(Type type, const Value& value) {
  switch (type) {
    case Type::text: return value.is_text();
    case Type::integer: return value.kind() == Kind::integer || (value.kind() == Kind::number && std::trunc(value.as_number()) == value.as_number());
    case Type::number: return value.is_number();
    case Type::boolean: return value.kind() == Kind::boolean;
    // Exporters that cannot tell them apart write an empty map as an empty list, or the other way round.
    case Type::array:
    case Type::set: return value.is_array() || is_empty(value);
    case Type::map:
    case Type::record: return value.is_object() || is_empty(value);
    case Type::foreign: return value.is_text() || value.is_object();
    default: return true;
  }
}

size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t k = 0; k <= b.size(); ++k) row[k] = k;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t k = 1; k <= b.size(); ++k) {
      const size_t above = row[k];
      row[k] = std::min({above + 1, row[k - 1] + 1, diagonal + (a[i - 1] == b[k - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

// Somebody takes what was made to be read for a source.
std::string hint_of(const Value& value) {
  const bool mask = value.is_text() && value.from_secret && value.as_text() == secret_mask;
  return mask ? "this is only a mask: a dump with masked secrets cannot be used" : "";
}

void warn_if_deprecated(const Shape& shape, const Value& value, Walk& walk) {
  if (shape.deprecation == nullptr) return;
  // A dump names every field: one with the value it had by default has not been chosen by anybody.
  if (const Value* old = shape.deprecation->find("old_default"); old != nullptr && equal(*old, value)) return;
  const Value* message = shape.deprecation->find("message");
  walk.warning(value.place, "'" + std::string(shape.name) + "' is deprecated", message != nullptr && message->is_text() ? std::string(message->as_text()) : "");
}

void validate_items(const Shape& shape, const Value& value, Walk& walk) {
  if (shape.items == nullptr || !value.is_array()) return;
  size_t position = 0;
  for (const Value& item : value.items()) {
    walk.enter(position++);
    validate_value(*shape.items, item, walk);
    walk.leave();
  }
}

void validate_entries(const Shape& shape, const Value& value, Walk& walk) {
  if (!value.is_object()) return;
  for (const Member& member : value.members()) {
    // A bad key is a fault of the map: the message names the key.
    if (shape.keys != nullptr) {
      Value name = Value::text(member.name);
      name.place = member.name_place;
      validate_value(*shape.keys, name, walk);
    }
    if (shape.items == nullptr) continue;
    walk.enter(member.name);
    validate_value(*shape.items, member.value, walk);
    walk.leave();
  }
}

bool is_ignored(std::string_view name) { return !name.empty() && name.front() == '_' && (name == "_comment" || name == "_ignore"); }

// `replaced` must-stay-unset fields are told by the caller, who knows why.
void validate_fields(const Shape& shape, const Value& record, Walk& walk, const std::vector<const Shape*>* replaced) {
  // Which of the first 64 fields were met: saves a second search for the required ones.
  uint64_t seen = 0;
  for (const Member& member : record.members()) {
    const Shape* field = nullptr;
    for (size_t i = 0; i < shape.fields.size(); ++i) {
      if (shape.fields[i]->name != member.name) continue;
      field = shape.fields[i];
      if (i < 64) seen |= uint64_t{1} << i;
      break;
    }
    if (field == nullptr && is_ignored(member.name)) continue;
    if (replaced != nullptr)
      for (const Shape* one : *replaced)
        if (one->name == member.name) field = one;
    walk.enter(member.name);
    if (field == nullptr)
      walk.error(member.name_place, "unknown field", hint_for_unknown(walk.path(), shape, record, replaced));
    else
      validate_value(*field, member.value, walk);
    walk.leave();
  }
  for (size_t i = 0; i < shape.fields.size(); ++i) {
    const Shape* field = shape.fields[i];
    const bool met = i < 64 ? (seen >> i & 1) != 0 : record.find(field->name) != nullptr;
    if (met) continue;
    if (field->required) {
      walk.enter(field->name);
      walk.error(record.place, "required field missing");
      walk.leave();
    } else if (field->type == Type::record && !field->nullable && field->default_value == nullptr && !field->fields.empty()) {
      // It is made when the entity is read, so what it requires is missing now.
      Value nothing = Value::object({});
      nothing.place = record.place;
      walk.enter(field->name);
      validate_record(*field, nothing, walk);
      walk.leave();
    }
  }
}

void apply_rules(const std::vector<const Rule*>& rules, const Value& record, std::string_view prefix, bool nested, size_t errors_before, Walk& walk) {
  for (const Rule* rule : rules) {
    // Rules with code of their own may expect fields that are well formed.
    if (rule->kind == RuleKind::custom && walk.errors() > errors_before) continue;
    RuleFault fault;
    if (follows(*rule, record, prefix, fault)) continue;
    if (rule->kind == RuleKind::custom && !prefix.empty()) {
      walk.enter(prefix.substr(0, prefix.size() - 1));
      walk.error(record.place, fault.what);
      walk.leave();
      continue;
    }
    if (rule->kind == RuleKind::custom && nested)
      walk.error(record.place, fault.what);
    else
      walk.entity_error(record.place, fault.what);
    if (fault.then_field == nullptr) continue;
    size_t steps = fault.then_field->names.size();
    if (!prefix.empty()) {
      walk.enter(prefix.substr(0, prefix.size() - 1));
      ++steps;
    }
    for (std::string_view name : fault.then_field->names) walk.enter(name);
    const Value* at = fault.then_field->in(record);
    walk.error(at != nullptr && at->place.line != 0 ? at->place : record.place, fault.then_what);
    walk.leave(steps);
  }
}

}  // namespace

void Walk::begin(std::string_view collection, std::string_view entity_name) {
  crumbs_.clear();
  collection_ = collection;
  entity_name_ = entity_name;
}

Path Walk::path() const {
  Path path;
  path.reserve(crumbs_.size());
  for (const Crumb& crumb : crumbs_) {
    if (crumb.named)
      path.emplace_back(std::string(crumb.name));
    else
      path.emplace_back(crumb.position);
  }
  return path;
}

void Walk::add(Severity severity, Place place, bool entity, std::string what, std::string hint) {
  std::string type(collection_);
  if (type.ends_with('s')) type.pop_back();
  problems_.add({.severity = severity, .place = place, .path = path(), .entity = entity, .what = std::move(what), .hint = std::move(hint),
                 .entity_type = std::move(type), .entity_name = std::string(entity_name_)});
}

void Walk::error(Place place, std::string what, std::string hint) { add(Severity::error, place, false, std::move(what), std::move(hint)); }
void Walk::entity_error(Place place, std::string what, std::string hint) { add(Severity::error, place, true, std::move(what), std::move(hint)); }
void Walk::warning(Place place, std::string what, std::string hint) { add(Severity::warning, place, false, std::move(what), std::move(hint)); }

std::string nearest(std::string_view name, const std::vector<std::string_view>& known) {
  std::string_view best;
  size_t best_distance = 2, best_beginning = 0;
  for (std::string_view one : known) {
    const size_t distance = edit_distance(name, one);
    if (distance > best_distance || distance >= one.size()) continue;
    // Of equally near ones that which begins alike: people get the ends of words wrong.
    const size_t beginning = static_cast<size_t>(std::mismatch(name.begin(), name.end(), one.begin(), one.end()).first - name.begin());
    if (distance == best_distance && !best.empty() && beginning <= best_beginning) continue;
    best = one;
    best_distance = distance;
    best_beginning = beginning;
  }
  return best.empty() ? std::string() : "did you mean " + std::string(best) + "?";
}

void validate_value(const Shape& shape, const Value& value, Walk& walk) {
  if (value.is_null()) {
    if (!shape.nullable) walk.error(value.place, "required field missing");
    return;
  }
  if (shape.referenceable && is_vault_reference(value)) return;
  if (!has_type(shape.type, value)) return walk.error(value.place, std::string(type_fault(shape.type)), hint_of(value));
  if (shape.type == Type::text && value.as_text().empty() && !shape.allow_empty)
    return walk.error(value.place, "length must be at least 1");
  warn_if_deprecated(shape, value, walk);
  for (const Check* check : shape.checks) {
    std::string what = check->run(value);
    if (what.empty()) continue;
    return walk.error(value.place,
                      value.is_text() && (value.from_secret || shape.secret) ? without(value.as_text(), std::move(what))
                                                                             : std::move(what),
                      hint_of(value));
  }
  switch (shape.type) {
    case Type::array:
    case Type::set: return validate_items(shape, value, walk);
    case Type::map: return validate_entries(shape, value, walk);
    case Type::record:
      if (shape.fields.empty()) return;
      if (!value.is_object()) {
        Value nothing = Value::object({});
        nothing.place = value.place;
        return validate_value(shape, nothing, walk);
      }
      {
        const size_t before = walk.errors();
        validate_fields(shape, value, walk, nullptr);
        apply_rules(shape.rules, value, {}, true, before, walk);
      }
      return;
    default: return;
  }
}

void validate_record(const Shape& shape, const Value& record, Walk& walk, const std::vector<const Shape*>* replaced) {
  const size_t before = walk.errors();
  validate_fields(shape, record, walk, replaced);
  apply_rules(shape.rules, record, {}, false, before, walk);
}

void validate_plugin_config(const Shape& shape, const Value& config, Walk& walk) {
  const size_t before = walk.errors();
  walk.enter("config");
  validate_fields(shape, config, walk, nullptr);
  walk.leave();
  apply_rules(shape.rules, config, "config.", false, before, walk);
}

void validate_rules(const std::vector<const Rule*>& rules, const Value& record, Walk& walk) { apply_rules(rules, record, {}, false, walk.errors(), walk); }

}  // namespace schema
