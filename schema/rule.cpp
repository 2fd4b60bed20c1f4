#include "schema/rule.h"

#include <algorithm>

#include "schema/check.h"

namespace schema {

namespace {

std::string_view text_of(const Value& object, std::string_view name) {
  const Value* value = object.find(name);
  return value != nullptr && value->is_text() ? value->as_text() : std::string_view();
}

FieldPath compile_path(std::string_view text, const Shape& shape) {
  FieldPath path;
  path.text = text;
  const Shape* at = &shape;
  const Value* defaults = nullptr;  // a default record on the way that may name what follows
  bool reachable = true;
  for (std::string_view rest = text; !rest.empty();) {
    const size_t dot = rest.find('.');
    const std::string_view name = rest.substr(0, dot);
    rest = dot == std::string_view::npos ? std::string_view() : rest.substr(dot + 1);
    path.names.push_back(name);
    at = at == nullptr ? nullptr : at->field(name);
    if (at == nullptr) continue;
    const Value* found = defaults != nullptr && defaults->is_object() ? defaults->find(name) : nullptr;
    defaults = found != nullptr ? found : at->default_value;
    if (!rest.empty() && at->nullable && defaults == nullptr) reachable = false;
  }
  if (at != nullptr && reachable && defaults != nullptr && !defaults->is_null()) path.fallback = defaults;
  return path;
}

std::vector<FieldPath> compile_paths(const Value* list, const Shape& shape) {
  std::vector<FieldPath> paths;
  if (list != nullptr && list->is_array())
    for (const Value& one : list->items()) paths.push_back(compile_path(one.as_text(), shape));
  return paths;
}

Condition compile_condition(const Value* schema) {
  Condition condition;
  if (schema == nullptr) return condition;
  condition.given = true;
  condition.required = schema->find("x-required") != nullptr;
  condition.constant = schema->find("const");
  if (const Value* contains = schema->find("contains")) condition.contains = contains->find("const");
  if (const Value* items = schema->find("items")) condition.items.push_back(compile_condition(items));
  condition.checks = compile_checks(*schema, Type::any);
  return condition;
}

RuleKind kind_of(std::string_view name) {
  static constexpr std::pair<std::string_view, RuleKind> kinds[] = {
      {"at_least_one_of", RuleKind::at_least_one_of}, {"conditional_at_least_one_of", RuleKind::conditional_at_least_one_of},
      {"only_one_of", RuleKind::only_one_of}, {"mutually_required", RuleKind::mutually_required},
      {"mutually_exclusive", RuleKind::mutually_exclusive}, {"distinct", RuleKind::distinct}, {"conditional", RuleKind::conditional}};
  for (const auto& [word, kind] : kinds)
    if (word == name) return kind;
  return RuleKind::custom;
}

std::string quoted(const std::vector<FieldPath>& fields, std::string_view prefix) {
  std::string text;
  for (const FieldPath& field : fields) text.append(text.empty() ? "'" : ", '").append(prefix).append(field.text).append("'");
  return text;
}

size_t count_set(const Rule& rule, const Value& record) {
  return static_cast<size_t>(std::count_if(rule.fields.begin(), rule.fields.end(), [&](const FieldPath& field) { return non_empty(field.in(record)); }));
}

bool follows_conditional(const Rule& rule, const Value& record, std::string_view prefix, RuleFault& fault) {
  std::string what;
  if (!rule.if_condition.holds(rule.if_field.in(record), what)) return true;
  const Value* then = rule.then_field.in(record);
  if (then != nullptr && is_vault_reference(*then)) return true;
  if (rule.then_condition.holds(then, what)) return true;
  fault.what = rule.error.empty() ? "failed conditional validation given value of field '" + std::string(prefix) + std::string(rule.if_field.text) + "'"
                                  : std::string(rule.error);
  fault.then_field = &rule.then_field;
  fault.then_what = std::move(what);
  return false;
}

bool all_different(const Rule& rule, const Value& record) {
  for (size_t i = 0; i < rule.fields.size(); ++i)
    for (size_t k = i + 1; k < rule.fields.size(); ++k) {
      const Value* a = rule.fields[i].in(record);
      const Value* b = rule.fields[k].in(record);
      if (a != nullptr && b != nullptr && equal(*a, *b)) return false;
    }
  return true;
}

}  // namespace

bool is_vault_reference(const Value& value) {
  return value.vault() != nullptr || (value.is_text() && value.as_text().starts_with("{vault://") && value.as_text().ends_with("}"));
}

bool non_empty(const Value* value) {
  if (value == nullptr || value->is_null()) return false;
  if (value->is_text()) return !value->as_text().empty();
  if (value->is_array()) return !value->items().empty();
  return !value->is_object() || !value->members().empty();
}

const Value* FieldPath::in(const Value& record) const {
  const Value* at = &record;
  for (std::string_view name : names) {
    const Value* next = at->is_object() ? at->find(name) : nullptr;
    if (next == nullptr) return fallback;
    if (next->is_null()) return nullptr;
    at = next;
  }
  return at;
}

bool Condition::holds(const Value* value, std::string& what) const {
  if (!given) return true;
  if (value == nullptr) {
    if (required) what = "required field missing";
    if (constant != nullptr && !constant->is_null()) what = "value must be " + shown(*constant);
    return !required && (constant == nullptr || constant->is_null());
  }
  if (contains != nullptr) {
    what = "expected to contain: " + shown(*contains);
    return value->is_array() && std::any_of(value->items().begin(), value->items().end(), [&](const Value& one) { return equal(one, *contains); });
  }
  if (!items.empty()) {
    if (!value->is_array()) return false;
    for (const Value& one : value->items())
      if (!items.front().holds(&one, what)) return false;
    return true;
  }
  for (const Check* check : checks) {
    what = check->run(*value);
    if (!what.empty()) return false;
  }
  return true;
}

std::vector<const Rule*> compile_rules(const Value* list, const Shape& shape) {
  std::vector<const Rule*> rules;
  if (list == nullptr || !list->is_array()) return rules;
  for (const Value& one : list->items()) {
    auto* rule = new Rule();
    rule->kind = kind_of(text_of(one, "kind"));
    rule->name = text_of(one, "name");
    rule->error = text_of(one, "error");
    rule->fields = compile_paths(one.find(rule->kind == RuleKind::conditional_at_least_one_of ? "then_fields" : "fields"), shape);
    if (!text_of(one, "if_field").empty()) rule->if_field = compile_path(text_of(one, "if_field"), shape);
    if (!text_of(one, "then_field").empty()) rule->then_field = compile_path(text_of(one, "then_field"), shape);
    rule->if_condition = compile_condition(one.find("if"));
    rule->then_condition = compile_condition(one.find("then"));
    if (rule->kind == RuleKind::custom) rule->custom = custom_rule(rule->name);
    rules.push_back(rule);
  }
  // As the file lists them, but a rule with code of its own may rely on the others.
  std::stable_partition(rules.begin(), rules.end(), [](const Rule* rule) { return rule->kind != RuleKind::custom; });
  return rules;
}

bool follows(const Rule& rule, const Value& record, std::string_view prefix, RuleFault& fault) {
  auto fault_unless = [&](bool good, std::string_view text) {
    if (!good) fault.what = std::string(text) + quoted(rule.fields, prefix);
    return good;
  };
  switch (rule.kind) {
    case RuleKind::conditional: return follows_conditional(rule, record, prefix, fault);
    case RuleKind::custom:
      if (rule.custom != nullptr) fault.what = rule.custom(rule, record);
      return fault.what.empty();
    case RuleKind::conditional_at_least_one_of: {
      std::string what;
      if (!rule.if_condition.holds(rule.if_field.in(record), what) || count_set(rule, record) > 0) return true;
      fault.what = !rule.error.empty() ? std::string(rule.error) : "must set one of " + quoted(rule.fields, prefix) + " when '" + std::string(prefix) +
                                                                       std::string(rule.if_field.text) + "' has this value";
      return false;
    }
    case RuleKind::distinct: return fault_unless(all_different(rule, record), "values of these fields must be distinct: ");
    default: break;
  }
  for (const FieldPath& field : rule.fields)
    if (const Value* value = field.in(record); value != nullptr && is_vault_reference(*value)) return true;
  const size_t set = count_set(rule, record);
  if (rule.kind == RuleKind::at_least_one_of) return fault_unless(set > 0, "at least one of these fields must be non-empty: ");
  if (rule.kind == RuleKind::only_one_of) return fault_unless(set == 1, "exactly one of these fields must be non-empty: ");
  if (rule.kind == RuleKind::mutually_required) return fault_unless(set == 0 || set == rule.fields.size(), "all or none of these fields must be set: ");
  return fault_unless(set <= 1, "only one or none of these fields must be set: ");
}

}  // namespace schema
