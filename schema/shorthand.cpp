#include "schema/shorthand.h"

#include <algorithm>
#include <charconv>

#include "schema/check.h"

namespace schema {

namespace {

using Members = std::vector<Member>;

Member* find(Members& members, std::string_view name) {
  for (Member& member : members)
    if (member.name == name) return &member;
  return nullptr;
}

void put(Members& members, std::string_view name, Value value, Place place) {
  if (value.place.line == 0) value.place = place;
  if (Member* existing = find(members, name))
    existing->value = value;
  else
    members.push_back({name, place, value});
}

void put_text(Members& members, std::string_view name, std::string_view text, const Value& source) {
  Value value = Value::text(text);
  value.from_secret = source.from_secret;
  put(members, name, value, source.place);
}

// [scheme:]//[user@]host[:port][/path][?query]: the query is dropped; the port follows the scheme, and without a scheme the scheme the port.
void expand_url(const Value& url, Members& members, Walk& walk) {
  const std::string_view text = url.as_text();
  const size_t slashes = text.find("//");
  if (slashes == std::string_view::npos || (slashes > 0 && text[slashes - 1] != ':')) return walk.error(url.place, "missing host in url", "write http://HOST:PORT/PATH");
  std::string_view scheme = slashes == 0 ? std::string_view() : text.substr(0, slashes - 1);
  const std::string_view rest = text.substr(slashes + 2);
  const size_t end = rest.find_first_of("/?#");
  std::string_view authority = rest.substr(0, end);
  if (const size_t at = authority.rfind('@'); at != std::string_view::npos) authority.remove_prefix(at + 1);
  std::string_view path = end == std::string_view::npos || rest[end] != '/' ? std::string_view() : rest.substr(end);
  path = path.substr(0, path.find_first_of("?#"));
  std::string_view host = authority;
  int64_t port = 0;
  const size_t colon = authority.rfind(':');
  if (colon != std::string_view::npos && authority.find(']', colon) == std::string_view::npos) {
    host = authority.substr(0, colon);
    const auto [stop, fault] = std::from_chars(authority.data() + colon + 1, authority.data() + authority.size(), port);
    if (fault != std::errc() || stop != authority.data() + authority.size()) return walk.error(url.place, "invalid port in url");
  }
  if (scheme.empty()) scheme = port == 443 ? "https" : "http";
  if (port == 0) port = scheme == "https" ? 443 : 80;
  put_text(members, "protocol", scheme, url);
  if (!host.empty()) put_text(members, "host", host, url);
  Value number = Value::integer(port);
  number.from_secret = url.from_secret;
  put(members, "port", number, url.place);
  if (path.empty())
    put(members, "path", Value(), url.place);
  else
    put_text(members, "path", path, url);
}

// Setting the algorithm of an upstream by itself takes hashing back.
void expand_algorithm(const Value& algorithm, Members& members) {
  put(members, "algorithm", algorithm, algorithm.place);
  if (algorithm.is_text() && (algorithm.as_text() == "least-connections" || algorithm.as_text() == "latency"))
    put(members, "hash_on", Value(), algorithm.place);
}

// Hashing on something means consistent hashing; on nothing, turns.
void expand_hash_on(Members& members) {
  const Member* hash_on = find(members, "hash_on");
  if (hash_on == nullptr) return;
  const Value value = hash_on->value;
  if (value.is_null()) return put(members, "hash_on", Value::text("none"), value.place);
  put(members, "algorithm", Value::text(value.is_text() && value.as_text() == "none" ? "round-robin" : "consistent-hashing"), value.place);
}

// Writes `value` at a dotted path, making records on the way.
void put_deep(Members& members, std::string_view path, const Value& value, bool wins, Arena& arena, Walk& walk) {
  const size_t dot = path.find('.');
  const std::string_view name = path.substr(0, dot);
  Member* existing = find(members, name);
  if (dot == std::string_view::npos) {
    if (existing == nullptr || wins || existing->value.is_null()) return put(members, name, value, value.place);
    if (!value.is_null() && !equal(existing->value, value))
      walk.error(value.place, "both this and '" + std::string(path) + "' are used but their values mismatch: " + shown(value) + " vs " + shown(existing->value));
    return;
  }
  Members inner;
  if (existing != nullptr && existing->value.is_object()) inner.assign(existing->value.members().begin(), existing->value.members().end());
  put_deep(inner, path.substr(dot + 1), value, wins, arena, walk);
  Value record = arena.object(inner);
  record.place = existing != nullptr ? existing->value.place : value.place;
  put(members, name, record, value.place);
}

// The value as its target knows it.
Value translated(const Shape& shorthand, Value value) {
  const Place place = value.place;
  if (value.is_null()) {
    if (const Value* stand_in = shorthand.schema->find("x-null-becomes")) value = *stand_in;
  } else if (const Value* words = shorthand.schema->find("x-value-map"); words != nullptr && value.is_text()) {
    if (const Value* word = words->find(value.as_text())) value = *word;
  }
  value.place = place;
  return value;
}

void expand_one(const Shape& shorthand, const Value& given, Members& members, Arena& arena, Walk& walk) {
  const Value* targets = shorthand.schema->find("x-maps-to");
  if (targets == nullptr) return;
  if (targets->is_text()) {
    if (targets->as_text() == "url" && given.is_text()) expand_url(given, members, walk);
    if (targets->as_text() == "algorithm") expand_algorithm(given, members);
    if (targets->as_text() == "hash_on") expand_hash_on(members);
    return;
  }
  const Value* wins = shorthand.schema->find("x-wins");
  const Value value = translated(shorthand, given);
  // A null alias in a dump says nothing.
  if (value.is_null()) return;
  for (const Value& target : targets->items()) put_deep(members, target.as_text(), value, wins != nullptr && wins->as_boolean(), arena, walk);
}

bool has_any(const Shape& shape, const Value& value) {
  if (!shape.any_shorthand) return false;
  if (value.is_array()) return shape.items != nullptr && std::ranges::any_of(value.items(), [&](const Value& item) { return has_any(*shape.items, item); });
  if (!value.is_object()) return false;
  for (const Shape* shorthand : shape.shorthands)
    if (value.find(shorthand->name) != nullptr) return true;
  return std::ranges::any_of(value.members(), [&](const Member& member) {
    const Shape* field = shape.type == Type::map ? shape.items : shape.field(member.name);
    return field != nullptr && has_any(*field, member.value);
  });
}

Value expand_items(const Shape& shape, const Value& value, Arena& arena, Walk& walk) {
  std::vector<Value> items(value.items().begin(), value.items().end());
  for (size_t i = 0; i < items.size(); ++i) {
    walk.enter(i);
    items[i] = expand_shorthands(*shape.items, items[i], arena, walk);
    walk.leave();
  }
  Value list = arena.array(items);
  list.place = value.place;
  return list;
}

}  // namespace

Value expand_shorthands(const Shape& shape, const Value& value, Arena& arena, Walk& walk) {
  if (!has_any(shape, value)) return value;
  if (value.is_array() && shape.items != nullptr) return expand_items(shape, value, arena, walk);
  if (!value.is_object()) return value;
  Members members(value.members().begin(), value.members().end());
  for (Member& member : members) {
    const Shape* field = shape.type == Type::map ? shape.items : shape.field(member.name);
    if (field == nullptr || !field->any_shorthand) continue;
    walk.enter(member.name);
    member.value = expand_shorthands(*field, member.value, arena, walk);
    walk.leave();
  }
  for (const Shape* shorthand : shape.shorthands) {
    const Member* found = find(members, shorthand->name);
    if (found == nullptr) continue;
    const Value given = found->value;
    // A shorthand that carries its target's name stays: what it is worth is checked there.
    const bool is_field = shape.field(shorthand->name) != nullptr;
    const size_t before = walk.errors();
    walk.enter(shorthand->name);
    if (!is_field) {
      std::erase_if(members, [&](const Member& member) { return member.name == shorthand->name; });
      validate_value(*shorthand, given, walk);
    }
    if (walk.errors() == before) expand_one(*shorthand, given, members, arena, walk);
    walk.leave();
  }
  Value expanded = arena.object(members);
  expanded.place = value.place;
  return expanded;
}

}  // namespace schema
