#include "schema/check.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <cmath>

#include "schema/uuid.h"

namespace schema {

namespace {

using Checks = std::vector<const Check*>;

void add(Checks& checks, std::function<std::string(const Value&)> run) { checks.push_back(new Check{std::move(run)}); }

std::shared_ptr<const re2::RE2> regex_of(std::string_view pattern) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  return std::make_shared<const re2::RE2>(re2::StringPiece(pattern.data(), pattern.size()), options);
}

bool found(const re2::RE2& regex, const Value& value) {
  if (!value.is_text()) return true;
  std::string_view text = value.as_text();
  return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), regex);
}

bool in(const Value& list, const Value& value) {
  for (const Value& one : list.items())
    if (equal(one, value)) return true;
  return false;
}

// A pattern may say in its own words what it wants (`x-error` beside it).
std::string wording(const Value* own, const Value& value) {
  return own != nullptr && own->is_text() ? std::string(own->as_text()) : "invalid value: " + shown(value);
}

std::string joined(const Value& list) {
  std::string text;
  for (const Value& one : list.items()) text.append(text.empty() ? "" : ", ").append(shown(one));
  return text;
}

size_t length_of(const Value& value) {
  if (value.is_text()) return value.as_text().size();
  if (value.is_array()) return value.items().size();
  return value.is_object() ? value.members().size() : 0;
}

void add_enums(const Value& schema, Checks& checks) {
  if (const Value* constant = schema.find("const"))
    add(checks, [constant](const Value& value) { return equal(*constant, value) ? "" : "value must be " + shown(*constant); });
  if (const Value* other = schema.find("not"))
    if (const Value* list = other->find("enum"))
      add(checks, [list](const Value& value) { return in(*list, value) ? "must not be one of: " + joined(*list) : ""; });
  if (const Value* list = schema.find("enum"))
    add(checks, [list](const Value& value) { return in(*list, value) ? "" : "expected one of: " + joined(*list); });
}

void add_ranges(const Value& schema, Checks& checks) {
  if (const Value* bound = schema.find("exclusiveMinimum"))
    add(checks, [bound](const Value& value) {
      return !value.is_number() || value.as_number() > bound->as_number() ? "" : "value must be greater than " + shown(*bound);
    });
  const Value* low = schema.find("minimum");
  const Value* high = schema.find("maximum");
  if (low != nullptr && high == nullptr)
    add(checks, [low](const Value& value) {
      return !value.is_number() || value.as_number() >= low->as_number() ? "" : "value must be at least " + shown(*low);
    });
  if (low != nullptr && high != nullptr)
    add(checks, [low, high](const Value& value) {
      const bool good = !value.is_number() || (value.as_number() >= low->as_number() && value.as_number() <= high->as_number());
      return good ? "" : "value should be between " + shown(*low) + " and " + shown(*high);
    });
}

void add_formats(const Value& schema, Checks& checks) {
  const Value* format = schema.find("format");
  if (format == nullptr) return;
  const std::string_view name = format->as_text();
  if (name == "uuid")
    add(checks, [](const Value& value) { return !value.is_text() || is_uuid(value.as_text()) ? "" : "expected a valid UUID"; });
  else if (name == "timestamp")
    add(checks, [](const Value& value) { return !value.is_number() || value.as_number() > 0 ? "" : "expected a valid timestamp"; });
  else if (name == "regex")
    add(checks, [](const Value& value) { return !value.is_text() || is_regex(value.as_text()) ? "" : "not a valid regex: " + shown(value); });
}

void add_lengths(const Value& schema, Checks& checks) {
  for (const char* kind : {"Length", "Items", "Properties"}) {
    const Value* low = schema.find(std::string("min") + kind);
    const Value* high = schema.find(std::string("max") + kind);
    const bool none = high != nullptr && high->as_integer() == 0;
    if (none || (low != nullptr && high != nullptr && equal(*low, *high))) {
      add(checks, [low = high](const Value& value) {
        return length_of(value) == static_cast<size_t>(low->as_integer()) ? "" : "length must be " + shown(*low);
      });
      continue;
    }
    if (low != nullptr)
      add(checks, [low](const Value& value) {
        return length_of(value) >= static_cast<size_t>(low->as_integer()) ? "" : "length must be at least " + shown(*low);
      });
    if (high != nullptr)
      add(checks, [high](const Value& value) {
        return length_of(value) <= static_cast<size_t>(high->as_integer()) ? "" : "length must be at most " + shown(*high);
      });
  }
}

void add_patterns(const Value& schema, Checks& checks) {
  if (const Value* prefix = schema.find("x-prefix"))
    add(checks, [prefix](const Value& value) {
      return !value.is_text() || value.as_text().starts_with(prefix->as_text()) ? "" : "should start with: " + shown(*prefix);
    });
  auto must = [&](const Value& node, bool wanted) {
    add(checks, [regex = regex_of(node.find("pattern")->as_text()), wanted, own = node.find("x-error")](const Value& value) {
      return !value.is_text() || found(*regex, value) == wanted ? "" : wording(own, value);
    });
  };
  const Value* all = schema.find("allOf");
  if (const Value* other = schema.find("not"); other != nullptr && other->find("pattern") != nullptr) must(*other, false);
  if (all != nullptr)
    for (const Value& one : all->items())
      if (const Value* other = one.find("not")) must(*other, false);
  if (schema.find("pattern") != nullptr) must(schema, true);
  if (all != nullptr)
    for (const Value& one : all->items())
      if (one.find("pattern") != nullptr) must(one, true);
  if (const Value* any = schema.find("anyOf")) {
    std::vector<std::shared_ptr<const re2::RE2>> regexes;
    for (const Value& one : any->items()) regexes.push_back(regex_of(one.find("pattern")->as_text()));
    add(checks, [regexes, own = any->items()[0].find("x-error")](const Value& value) {
      for (const auto& regex : regexes)
        if (found(*regex, value)) return std::string();
      return wording(own, value);
    });
  }
}

void add_subsets(const Value& schema, Checks& checks) {
  const Value* subsets = schema.find("x-exclusive-subsets");
  if (subsets == nullptr) return;
  add(checks, [subsets](const Value& value) -> std::string {
    // Only the sets that the value takes from are told.
    size_t touched = 0;
    std::string text = "these sets are mutually exclusive: ";
    for (const Value& subset : subsets->items()) {
      const auto items = value.items();
      if (std::none_of(items.begin(), items.end(), [&](const Value& item) { return in(subset, item); })) continue;
      text += touched++ == 0 ? "(" : ", (";
      std::string names;
      for (const Value& item : subset.items()) names.append(names.empty() ? "'" : "', '").append(shown(item));
      text += names + "')";
    }
    return touched > 1 ? text : std::string();
  });
}

}  // namespace

bool equal(const Value& a, const Value& b) {
  if (a.is_number() && b.is_number()) return a.as_number() == b.as_number();
  if (a.kind() != b.kind()) return false;
  if (a.is_text()) return a.as_text() == b.as_text();
  if (a.kind() == Kind::boolean) return a.as_boolean() == b.as_boolean();
  if (a.is_array())
    return a.items().size() == b.items().size() && std::equal(a.items().begin(), a.items().end(), b.items().begin(), equal);
  if (a.is_object()) {
    if (a.members().size() != b.members().size()) return false;
    for (const Member& member : a.members()) {
      const Value* other = b.find(member.name);
      if (other == nullptr || !equal(member.value, *other)) return false;
    }
  }
  return true;
}

bool is_regex(std::string_view pattern) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  const re2::RE2 regex(re2::StringPiece(pattern.data(), pattern.size()), options);
  switch (regex.error_code()) {
    case re2::RE2::ErrorMissingBracket:
    case re2::RE2::ErrorMissingParen:
    case re2::RE2::ErrorUnexpectedParen:
    case re2::RE2::ErrorTrailingBackslash:
    case re2::RE2::ErrorBadCharRange:
    case re2::RE2::ErrorRepeatArgument: return false;
    default: return true;
  }
}

std::string shown(const Value& value) {
  if (value.from_secret) return std::string(secret_mask);
  switch (value.kind()) {
    case Kind::null: return "null";
    case Kind::boolean: return value.as_boolean() ? "true" : "false";
    case Kind::integer: return std::to_string(value.as_integer());
    case Kind::number: return fmt::format("{}", value.as_number());
    case Kind::text: return std::string(value.as_text());
    case Kind::array: return "a list";
    default: return "a map";
  }
}

std::vector<const Check*> compile_checks(const Value& schema, Type type) {
  Checks checks;
  add_enums(schema, checks);
  add_ranges(schema, checks);
  add_formats(schema, checks);
  add_lengths(schema, checks);
  add_patterns(schema, checks);
  if (const Value* name = schema.find("x-check"))
    if (NamedCheck check = named_check(name->as_text())) add(checks, check);
  if (type == Type::set) add_subsets(schema, checks);
  return checks;
}

}  // namespace schema
