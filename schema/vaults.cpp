#include "schema/vaults.h"

#include <charconv>
#include <cmath>
#include <fstream>
#include <iterator>

#include "schema/json.h"
#include "schema/rule.h"

namespace schema {

namespace {

constexpr std::string_view scheme = "{vault://";
constexpr size_t secret_bytes_max = 1u << 20;

struct Reference {
  std::string_view vault, resource, key, prefix;
  bool previous = false;  // version 2: the secret before the last rotation
};

std::string_view option(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    if (pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=') return pair.substr(name.size() + 1);
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return {};
}

Reference parse(std::string_view text) {
  Reference reference;
  text = text.substr(scheme.size(), text.size() - scheme.size() - 1);
  if (const size_t hash = text.find('#'); hash != std::string_view::npos) {
    reference.previous = text.substr(hash + 1) == "2";
    text = text.substr(0, hash);
  }
  if (const size_t question = text.find('?'); question != std::string_view::npos) {
    reference.prefix = option(text.substr(question + 1), "prefix");
    text = text.substr(0, question);
  }
  const size_t slash = text.find('/');
  reference.vault = text.substr(0, slash);
  if (slash == std::string_view::npos) return reference;
  reference.resource = text.substr(slash + 1);
  if (reference.vault == "file") return reference;
  // The last of several parts is the key, unless a slash ends them.
  if (reference.resource.ends_with('/')) {
    reference.resource.remove_suffix(1);
  } else if (const size_t last = reference.resource.rfind('/'); last != std::string_view::npos) {
    reference.key = reference.resource.substr(last + 1);
    reference.resource = reference.resource.substr(0, last);
  }
  return reference;
}

std::string variable_name(std::string_view prefix, std::string_view resource, bool previous) {
  std::string name;
  for (std::string_view part : {prefix, resource})
    for (char c : part) name += c == '-' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return previous ? name + "_PREVIOUS" : name;
}

std::optional<std::string> read_file(std::string_view path) {
  std::ifstream file("/" + std::string(path), std::ios::binary);
  if (!file) return std::nullopt;
  std::string content{std::istreambuf_iterator<char>(file), {}};
  if (file.bad() || content.size() > secret_bytes_max) return std::nullopt;
  if (content.ends_with('\n')) content.pop_back();
  if (content.ends_with('\r')) content.pop_back();
  return content;
}

std::optional<std::string> member_of_json(const std::string& text, std::string_view key) {
  Arena arena;
  Problems problems;
  Value parsed;
  if (!read_json(text, 0, arena, problems, {}, parsed) || !parsed.is_object()) return std::nullopt;
  const Value* member = parsed.find(key);
  if (member == nullptr) return std::nullopt;
  if (member->is_text()) return std::string(member->as_text());
  if (member->kind() == Kind::integer) return std::to_string(member->as_integer());
  if (member->kind() == Kind::boolean) return std::string(member->as_boolean() ? "true" : "false");
  return std::nullopt;
}

}  // namespace

std::optional<std::string_view> vault_reference(const Value& value) {
  if (value.vault() == nullptr) return std::nullopt;
  return value.vault()->reference;
}

void Vaults::add_entities(const std::vector<FlatEntity>& flat) {
  for (const FlatEntity& entity : flat) {
    if (entity.kind->collection != "vaults") continue;
    const Value* config = entity.find("config");
    const Value* prefix = config != nullptr && config->is_object() ? config->find("prefix") : nullptr;
    prefixes_.emplace(entity.text("prefix"), prefix != nullptr && prefix->is_text() ? prefix->as_text() : std::string_view());
  }
}

std::optional<std::string> Vaults::look_up(std::string_view text) const {
  const Reference reference = parse(text);
  if (reference.resource.empty()) return std::nullopt;
  if (reference.vault == "file") return read_file(reference.resource);
  std::string_view prefix = reference.prefix;
  if (reference.vault != "env") {
    auto known = prefixes_.find(reference.vault);
    if (known == prefixes_.end()) return std::nullopt;
    if (prefix.empty()) prefix = known->second;
  } else if (prefix.empty()) {
    prefix = env_prefix_;
  }
  auto secret = environment_(variable_name(prefix, reference.resource, reference.previous));
  if (!secret || reference.key.empty()) return secret;
  return member_of_json(*secret, reference.key);
}

// A number or boolean as the field wants it; nullopt when the secret is none.
std::optional<Value> Vaults::typed(Type type, std::string_view text) const {
  if (type == Type::boolean) return text == "true" || text == "false" ? std::optional(Value::boolean(text == "true")) : std::nullopt;
  if (type != Type::integer && type != Type::number) return Value::text(arena_.copy(text));
  const char* end = text.data() + text.size();
  int64_t whole = 0;
  if (const auto [stop, fault] = std::from_chars(text.data(), end, whole); fault == std::errc() && stop == end) return Value::integer(whole);
  double real = 0;
  const auto [stop, fault] = std::from_chars(text.data(), end, real);
  if (type == Type::integer || fault != std::errc() || stop != end || !std::isfinite(real)) return std::nullopt;
  return Value::number(real);
}

void Vaults::resolve_text(const Shape& shape, Value& value, Walk& walk) const {
  // A node that an alias shares is met again, resolved.
  if (value.vault() != nullptr || !is_vault_reference(value)) return;
  const std::string_view reference = value.as_text();
  const auto secret = look_up(reference);
  const auto found = typed(shape.type, secret.value_or(""));
  // Only a text may be empty.
  if (!found) return walk.error(value.place, "the reference " + std::string(reference) + " leads to no " + (shape.type == Type::boolean ? "boolean" : "number"));
  if (!secret) walk.warning(value.place, "the reference " + std::string(reference) + " leads to no secret", "the empty text is used");
  auto resolved = arena_.make<Resolved>(1);
  resolved[0] = {reference, *found};
  const Place place = value.place;
  value = Value::resolved(resolved.data());
  value.place = place;
}

void Vaults::resolve(const Shape& shape, Value& value, Walk& walk) const {
  if (!shape.any_referenceable) return;
  if (value.is_text()) {
    if (shape.referenceable) resolve_text(shape, value, walk);
  } else if (value.is_array() && shape.items != nullptr) {
    size_t position = 0;
    for (Value& item : value.items()) {
      walk.enter(position++);
      resolve(*shape.items, item, walk);
      walk.leave();
    }
  } else if (value.is_object()) {
    for (Member& member : value.members()) {
      const Shape* below = shape.type == Type::map ? shape.items : shape.field(member.name);
      if (below == nullptr) continue;
      walk.enter(member.name);
      resolve(*below, member.value, walk);
      walk.leave();
    }
  }
}

}  // namespace schema
