#include "schema/editor_fields.h"

#include <algorithm>

#include "schema/check.h"

namespace schema {

namespace {

// Filled in when the file is loaded, whatever the type of the field: the editor cannot know more.
constexpr std::string_view template_pattern = "\\$\\{\\{";
constexpr std::string_view vault_pattern = "^\\{vault://";
constexpr std::string_view uuid_pattern = "^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$";

std::string escaped(std::string_view text) {
  std::string expression;
  for (char c : text) {
    if (std::string_view("\\^$.|?*+()[]{}").find(c) != std::string_view::npos) expression += '\\';
    expression += c;
  }
  return expression;
}

bool is_typed_scalar(Type type) { return type == Type::integer || type == Type::number || type == Type::boolean; }

// The shorthands of a record that give `field` when it is not written itself.
std::vector<std::string_view> stand_ins(const Shape& record, std::string_view field) {
  std::vector<std::string_view> names;
  for (const Shape* shorthand : record.shorthands) {
    const Value* targets = shorthand->schema->find("x-maps-to");
    if (targets == nullptr) continue;
    if (targets->is_text()) {
      if (targets->as_text() == "url" && (field == "host" || field == "protocol" || field == "port" || field == "path")) names.push_back(shorthand->name);
      continue;
    }
    for (const Value& target : targets->items())
      if (target.as_text().substr(0, target.as_text().find('.')) == field) names.push_back(shorthand->name);
  }
  return names;
}

bool is_demanded(const Shape& field) {
  if (field.required) return true;
  return field.type == Type::record && !field.nullable && field.default_value == nullptr && EditorFields::demands(field);
}

}  // namespace

Node& Node::set(std::string_view name, Value value) {
  for (Member& member : members_)
    if (member.name == name) return member.value = value, *this;
  members_.push_back({name, {}, value});
  return *this;
}

Node& Node::words(std::string_view name, const std::vector<std::string_view>& texts) {
  std::vector<Value> items;
  for (std::string_view text : texts) items.push_back(Value::text(text));
  return list(name, items);
}

bool EditorFields::demands(const Shape& record) {
  return std::any_of(record.fields.begin(), record.fields.end(), [](const Shape* field) { return is_demanded(*field); });
}

Value EditorFields::field(const Shape& shape) const {
  Node node(arena_);
  if (!shape.description.empty()) node.set("description", shape.description);
  add_types(shape, node);
  if (shape.default_value != nullptr) node.set("default", *shape.default_value);
  add_limits(shape, node);
  add_deprecation(shape, node);
  if (shape.type == Type::record && !shape.fields.empty()) add_record(shape, {}, {}, node);
  return node.done();
}

void EditorFields::add_types(const Shape& shape, Node& node) const {
  std::vector<std::string_view> types;
  switch (shape.type) {
    case Type::any: return;
    case Type::text: types = {"string"}; break;
    case Type::integer: types = {"integer", "string"}; break;
    case Type::number: types = {"number", "string"}; break;
    case Type::boolean: types = {"boolean", "string"}; break;
    case Type::foreign: types = {"string", "object"}; break;
    // Exporters that cannot tell them apart write an empty list for an empty map and the other way round.
    case Type::array:
    case Type::set: types = {"array", "object"}; break;
    case Type::map:
    case Type::record: types = {"object", "array"}; break;
  }
  if (shape.nullable) types.push_back("null");
  if (types.size() == 1)
    node.set("type", types[0]);
  else
    node.words("type", types);
  if (shape.type == Type::array || shape.type == Type::set) node.set("maxProperties", Value::integer(0));
  if (shape.type == Type::map || shape.type == Type::record) node.set("maxItems", Value::integer(0));
  if (!is_typed_scalar(shape.type)) return;
  // The only text allowed is a template; a keyword that VS Code and its relatives know says so.
  node.set("pattern", template_pattern);
  node.set("patternErrorMessage", shape.type == Type::integer ? "expected an integer" : shape.type == Type::number ? "expected a number" : "expected a boolean");
}

void EditorFields::add_limits(const Shape& shape, Node& node) const {
  for (std::string_view keyword : {"minimum", "maximum", "exclusiveMinimum", "minLength", "maxLength", "minItems", "minProperties", "const"})
    if (const Value* limit = shape.schema->find(keyword)) node.set(keyword, *limit);
  if (const Value* limit = shape.schema->find("maxItems"); limit != nullptr && shape.type != Type::record) node.set("maxItems", *limit);
  if (shape.type == Type::text && !shape.allow_empty && shape.schema->find("minLength") == nullptr) node.set("minLength", Value::integer(1));
  if (const Value* format = shape.schema->find("format"); format != nullptr && format->as_text() == "timestamp") node.set("exclusiveMinimum", Value::integer(0));
  std::vector<Value> all;
  if (const Value* enumerated = shape.schema->find("enum")) all.push_back(one_of_or_template(*enumerated, shape));
  add_patterns(shape, all);
  if (all.size() == 1) {
    for (const Member& member : all[0].members()) node.set(member.name, member.value);
  } else if (!all.empty()) {
    node.list("allOf", all);
  }
  if (shape.items != nullptr && (shape.type == Type::array || shape.type == Type::set)) node.set("items", field(*shape.items));
  if (shape.items != nullptr && shape.type == Type::map) node.set("additionalProperties", field(*shape.items));
  if (shape.keys != nullptr) node.set("propertyNames", names_of_map(*shape.keys));
}

// A template is a text; one inside of a list of texts needs its own way out.
Value EditorFields::one_of_or_template(const Value& enumerated, const Shape& shape) const {
  std::vector<Value> values(enumerated.items().begin(), enumerated.items().end());
  if (shape.nullable) values.push_back(Value());
  const Value either[] = {Node(arena_).list("enum", values).done(), Node(arena_).set("type", "string").set("pattern", template_pattern).done()};
  return Node(arena_).set("anyOf", arena_.array(either)).done();
}

Value EditorFields::pattern(std::string_view expression, const Shape& shape, std::string_view message) const {
  std::string either = "(?:" + std::string(expression) + ")|" + std::string(template_pattern);
  if (shape.referenceable) either.append("|").append(vault_pattern);
  Node node(arena_);
  node.set("pattern", either);
  if (!message.empty()) node.set("patternErrorMessage", message);
  return node.done();
}

void EditorFields::add_patterns(const Shape& shape, std::vector<Value>& all) const {
  const Value& schema = *shape.schema;
  if (const Value* format = schema.find("format"); format != nullptr && format->as_text() == "uuid") all.push_back(pattern(uuid_pattern, shape, "expected a valid UUID"));
  if (const Value* prefix = schema.find("x-prefix")) all.push_back(pattern("^" + escaped(prefix->as_text()), shape, "should start with: " + std::string(prefix->as_text())));
  auto own_pattern = [&](const Value& node, const Value* fallback) {
    const Value* error = node.find("x-error") != nullptr ? node.find("x-error") : fallback;
    return pattern(node.find("pattern")->as_text(), shape, error != nullptr && error->is_text() ? error->as_text() : std::string_view());
  };
  if (schema.find("pattern") != nullptr) all.push_back(own_pattern(schema, nullptr));
  auto add_not = [&](const Value& other) {
    // A pattern says yes to everything that is not a text.
    Node inner(arena_);
    if (other.find("pattern") != nullptr) inner.set("type", "string");
    for (std::string_view keyword : {"pattern", "enum"})
      if (const Value* value = other.find(keyword)) inner.set(keyword, *value);
    all.push_back(Node(arena_).set("not", inner.done()).done());
  };
  if (const Value* other = schema.find("not")) add_not(*other);
  if (const Value* list = schema.find("allOf"))
    for (const Value& one : list->items()) {
      if (const Value* other = one.find("not")) add_not(*other);
      if (one.find("pattern") != nullptr) all.push_back(own_pattern(one, nullptr));
    }
  if (const Value* list = schema.find("anyOf")) {
    std::vector<Value> either;
    for (const Value& one : list->items()) either.push_back(own_pattern(one, list->items()[0].find("x-error")));
    all.push_back(Node(arena_).list("anyOf", either).done());
  }
}

Value EditorFields::names_of_map(const Shape& keys) const {
  std::vector<Value> all;
  add_patterns(keys, all);
  if (const Value* enumerated = keys.schema->find("enum")) all.push_back(Node(arena_).set("enum", *enumerated).done());
  return all.empty() ? Node(arena_).done() : Node(arena_).list("allOf", all).done();
}

void EditorFields::add_deprecation(const Shape& shape, Node& node) const {
  if (shape.deprecation == nullptr) return;
  const Value* message = shape.deprecation->find("message");
  node.set("deprecated", Value::boolean(true));
  node.set("deprecationMessage", message != nullptr && message->is_text() ? message->as_text() : std::string_view("deprecated"));
  node.set("doNotSuggest", Value::boolean(true));
}

void EditorFields::add_record(const Shape& shape, const std::vector<Member>& added, const std::vector<std::string_view>& elsewhere, Node& node) const {
  Node properties(arena_);
  for (const Shape* one : shape.fields) properties.set(one->name, field(*one));
  for (const Shape* one : shape.shorthands)
    if (shape.field(one->name) == nullptr) properties.set(one->name, field(*one));
  for (const Member& member : added) properties.set(member.name, member.value);
  node.set("properties", properties.done());
  // Remarks may stand anywhere.
  const Member remarks{"^_(comment|ignore)$", {}, Node(arena_).done()};
  node.set("patternProperties", arena_.object({&remarks, 1}));
  node.set("additionalProperties", Value::boolean(false));

  std::vector<std::string_view> required;
  for (const Shape* one : shape.fields) {
    if (!is_demanded(*one) || std::find(elsewhere.begin(), elsewhere.end(), one->name) != elsewhere.end()) continue;
    const auto others = stand_ins(shape, one->name);
    if (others.empty()) {
      required.push_back(one->name);
      continue;
    }
    std::vector<Value> either{Node(arena_).words("required", {one->name}).done()};
    for (std::string_view other : others) either.push_back(Node(arena_).words("required", {other}).done());
    node.list("anyOf", either);
  }
  if (!required.empty()) node.words("required", required);
}

}  // namespace schema
