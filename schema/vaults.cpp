#include "schema/vaults.h"

#include <charconv>
#include <cstring>
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

// A resolved text lies behind a view of its reference.
std::optional<std::string_view> vault_reference(const Value& value) {
  if (!value.from_vault || !value.is_text()) return std::nullopt;
  std::string_view reference;
  std::memcpy(&reference, value.as_text().data() - sizeof reference, sizeof reference);
  return reference;
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
  }
  auto secret = environment_(variable_name(prefix, reference.resource, reference.previous));
  if (!secret || reference.key.empty()) return secret;
  return member_of_json(*secret, reference.key);
}

Value Vaults::typed(Type type, std::string_view text, std::string_view reference) const {
  if (type == Type::boolean && (text == "true" || text == "false")) return Value::boolean(text == "true");
  int64_t number = 0;
  if (type == Type::integer || type == Type::number) {
    const auto [stop, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (fault == std::errc() && stop == text.data() + text.size()) return Value::integer(number);
  }
  auto* memory = static_cast<char*>(arena_.allocate(sizeof reference + text.size() + 1, alignof(std::string_view)));
  std::memcpy(memory, &reference, sizeof reference);
  std::memcpy(memory + sizeof reference, text.data(), text.size());
  Value value = Value::text({memory + sizeof reference, text.size()});
  value.from_vault = true;
  return value;
}

void Vaults::resolve_text(const Shape& shape, Value& value, Walk& walk) const {
  // A node that an alias shares is met again, resolved.
  if (value.from_vault || !is_vault_reference(value)) return;
  const std::string_view reference = value.as_text();
  auto secret = look_up(reference);
  if (!secret) walk.warning(value.place, "the reference " + std::string(reference) + " leads to no secret", "the empty text is used");
  const Place place = value.place;
  value = typed(shape.type, secret.value_or(""), reference);
  value.place = place;
  value.from_secret = true;
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
