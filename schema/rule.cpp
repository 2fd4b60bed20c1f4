#include "schema/rule.h"

#include "schema/check.h"

namespace schema {

namespace {

std::string_view text_of(const Value& object, std::string_view name) {
  const Value* value = object.find(name);
  return value != nullptr && value->is_text() ? value->as_text() : std::string_view();
}

std::vector<std::string_view> texts_of(const Value& object, std::string_view name) {
  std::vector<std::string_view> texts;
  if (const Value* list = object.find(name); list != nullptr && list->is_array())
    for (const Value& one : list->items()) texts.push_back(one.as_text());
  return texts;
}

// The effective value at a dotted path: what was given, else the default; nullptr when unset.
const Value* effective(const Shape& shape, const Value& record, std::string_view path) {
  const size_t dot = path.find('.');
  const Shape* field = shape.field(path.substr(0, dot));
  const Value* given = record.is_object() ? record.find(path.substr(0, dot)) : nullptr;
  if (dot != std::string_view::npos) {
    static const Value nothing;
    return field == nullptr ? nullptr : effective(*field, given != nullptr ? *given : nothing, path.substr(dot + 1));
  }
  if (given != nullptr) return given->is_null() ? nullptr : given;
  return field != nullptr && field->default_value != nullptr && !field->default_value->is_null() ? field->default_value : nullptr;
}

bool non_empty(const Value* value) {
  if (value == nullptr || value->is_null()) return false;
  if (value->is_text()) return !value->as_text().empty();
  if (value->is_array()) return !value->items().empty();
  return !value->is_object() || !value->members().empty();
}

std::string quoted(const std::vector<std::string_view>& fields) {
  std::string text;
  for (std::string_view field : fields) text.append(text.empty() ? "'" : ", '").append(field).append("'");
  return text;
}

// Does the value satisfy a small schema? `what` gets the text of the first check that it fails.
bool satisfies(const Condition& condition, const Value* value, std::string& what) {
  static const Value nothing;
  const Value* schema = condition.schema;
  if (schema == nullptr) return true;
  if (schema->find("x-required") != nullptr) {
    what = "required field missing";
    return value != nullptr;
  }
  const Value& actual = value != nullptr ? *value : nothing;
  if (const Value* contains = schema->find("contains")) {
    what = "expected to contain: " + shown(*contains->find("const"));
    if (!actual.is_array()) return false;
    for (const Value& item : actual.items())
      if (item.is_text() && item.as_text() == contains->find("const")->as_text()) return true;
    return false;
  }
  if (condition.items != nullptr) {
    if (!actual.is_array()) return false;
    for (const Value& item : actual.items())
      if (!satisfies(*condition.items, &item, what)) return false;
    return true;
  }
  if ((schema->find("minItems") != nullptr || schema->find("maxItems") != nullptr) && value == nullptr) return true;
  for (const Check* check : condition.checks) {
    what = check->run(actual);
    if (!what.empty()) return false;
  }
  return true;
}

Condition compile_condition(const Value* schema) {
  Condition condition;
  if (schema == nullptr) return condition;
  condition.schema = schema;
  condition.checks = compile_checks(*schema, Type::any);
  if (const Value* items = schema->find("items")) condition.items = new Condition(compile_condition(items));
  return condition;
}

size_t count_set(const Shape& shape, const Value& record, const std::vector<std::string_view>& fields) {
  size_t count = 0;
  for (std::string_view field : fields) count += non_empty(effective(shape, record, field)) ? 1 : 0;
  return count;
}

bool fault_unless(bool good, RuleFault& fault, std::string what) {
  if (!good) fault.what = std::move(what);
  return good;
}

bool follows_conditional(const Rule& rule, const Shape& shape, const Value& record, RuleFault& fault) {
  std::string what;
  if (!satisfies(rule.if_condition, effective(shape, record, rule.if_field), what)) return true;
  if (satisfies(rule.then_condition, effective(shape, record, rule.then_field), what)) return true;
  fault.what = rule.error.empty() ? "failed conditional validation given value of field '" + std::string(rule.if_field) + "'" : std::string(rule.error);
  fault.then_field = rule.then_field;
  fault.then_what = std::move(what);
  return false;
}

bool follows_conditional_any(const Rule& rule, const Shape& shape, const Value& record, RuleFault& fault) {
  std::string what;
  if (!satisfies(rule.if_condition, effective(shape, record, rule.if_field), what)) return true;
  return fault_unless(count_set(shape, record, rule.then_fields) > 0, fault,
                      !rule.error.empty() ? std::string(rule.error) : "must set one of " + quoted(rule.then_fields) + " when '" + std::string(rule.if_field) + "' is set as it is");
}

}  // namespace

std::vector<const Rule*> compile_rules(const Value* list) {
  std::vector<const Rule*> rules;
  if (list == nullptr || !list->is_array()) return rules;
  for (const Value& one : list->items()) {
    auto* rule = new Rule();
    rule->kind = text_of(one, "kind");
    rule->name = text_of(one, "name");
    rule->error = text_of(one, "error");
    rule->if_field = text_of(one, "if_field");
    rule->then_field = text_of(one, "then_field");
    rule->fields = texts_of(one, "fields");
    rule->then_fields = texts_of(one, "then_fields");
    rule->if_condition = compile_condition(one.find("if"));
    rule->then_condition = compile_condition(one.find("then"));
    rules.push_back(rule);
  }
  return rules;
}

bool follows(const Rule& rule, const Shape& shape, const Value& record, RuleFault& fault) {
  if (rule.kind == "conditional") return follows_conditional(rule, shape, record, fault);
  if (rule.kind == "conditional_at_least_one_of") return follows_conditional_any(rule, shape, record, fault);
  const size_t set = count_set(shape, record, rule.fields);
  const std::string names = quoted(rule.fields);
  if (rule.kind == "at_least_one_of") return fault_unless(set > 0, fault, "at least one of these fields must be non-empty: " + names);
  if (rule.kind == "only_one_of") return fault_unless(set == 1, fault, "exactly one of these fields must be non-empty: " + names);
  if (rule.kind == "mutually_required")
    return fault_unless(set == 0 || set == rule.fields.size(), fault, "all or none of these fields must be set: " + names);
  if (rule.kind == "mutually_exclusive") return fault_unless(set <= 1, fault, "only one or none of these fields must be set: " + names);
  if (rule.kind == "distinct") {
    for (size_t i = 0; i < rule.fields.size(); ++i)
      for (size_t k = i + 1; k < rule.fields.size(); ++k) {
        const Value* a = effective(shape, record, rule.fields[i]);
        const Value* b = effective(shape, record, rule.fields[k]);
        if (a != nullptr && b != nullptr && a->is_text() && b->is_text() && a->as_text() == b->as_text())
          return fault_unless(false, fault, "values of these fields must be distinct: " + names);
      }
  }
  return true;
}

}  // namespace schema
