#include "schema/shorthand.h"

#include <charconv>

#include "schema/check.h"

namespace schema {

namespace {

void put(std::vector<Member>& members, std::string_view name, Value value, Place place, bool override_existing) {
  value.place = place;
  for (Member& member : members)
    if (member.name == name) {
      if (override_existing || member.value.is_null()) member.value = value;
      return;
    }
  members.push_back({name, place, value});
}

// scheme://[user@]host[:port][/path][?query]: the query is dropped, the port follows the scheme.
void expand_url(const Value& url, std::vector<Member>& members, Arena& arena, Walk& walk) {
  std::string_view text = url.as_text();
  const size_t scheme_end = text.find("://");
  if (scheme_end == std::string_view::npos) return walk.error(url.place, "missing scheme in url", "write http://HOST:PORT/PATH");
  const std::string_view scheme = text.substr(0, scheme_end);
  std::string_view rest = text.substr(scheme_end + 3);
  const size_t end = rest.find_first_of("/?#");
  std::string_view authority = rest.substr(0, end);
  if (const size_t at = authority.rfind('@'); at != std::string_view::npos) authority.remove_prefix(at + 1);
  std::string_view path = end == std::string_view::npos || rest[end] != '/' ? std::string_view() : rest.substr(end);
  path = path.substr(0, path.find_first_of("?#"));
  int64_t port = scheme == "https" || scheme == "tls" || scheme == "grpcs" ? 443 : 80;
  if (scheme == "tls" || scheme == "grpcs") port = 80;
  std::string_view host = authority;
  const size_t colon = authority.rfind(':');
  if (colon != std::string_view::npos && authority.find(']', colon) == std::string_view::npos) {
    host = authority.substr(0, colon);
    std::from_chars(authority.data() + colon + 1, authority.data() + authority.size(), port);
  }
  put(members, "protocol", Value::text(scheme), url.place, true);
  put(members, "host", Value::text(arena.copy(host)), url.place, true);
  put(members, "port", Value::integer(port), url.place, true);
  put(members, "path", path.empty() ? Value() : Value::text(path), url.place, true);
}

bool same(const Value& a, const Value& b) { return a.kind() == b.kind() && shown(a) == shown(b); }

// Writes `value` at a dotted path, making records on the way.
void put_deep(std::vector<Member>& members, std::string_view path, const Value& value, bool wins, Arena& arena, Walk& walk) {
  const size_t dot = path.find('.');
  const std::string_view name = path.substr(0, dot);
  if (dot == std::string_view::npos) {
    for (const Member& member : members)
      if (member.name == name && !wins && !member.value.is_null() && !value.is_null() && !same(member.value, value))
        return walk.error(value.place, "both this and " + std::string(path) + " are used but their values mismatch");
    return put(members, name, value, value.place, wins);
  }
  std::vector<Member> inner;
  for (const Member& member : members)
    if (member.name == name && member.value.is_object()) inner.assign(member.value.members().begin(), member.value.members().end());
  put_deep(inner, path.substr(dot + 1), value, wins, arena, walk);
  Value record = arena.object(inner);
  put(members, name, record, value.place, true);
}

void expand_one(const Shape& shorthand, const Member& given, std::vector<Member>& members, Arena& arena, Walk& walk) {
  const Value* targets = shorthand.schema->find("x-maps-to");
  const Value* wins = shorthand.schema->find("x-wins");
  if (targets == nullptr) return;
  if (targets->is_text()) {
    if (targets->as_text() == "url") expand_url(given.value, members, arena, walk);
    return;
  }
  for (const Value& target : targets->items())
    put_deep(members, target.as_text(), given.value, wins != nullptr && wins->as_boolean(), arena, walk);
}

}  // namespace

Value expand_shorthands(const Shape& shape, const Value& record, Arena& arena, Walk& walk) {
  if (shape.shorthands.empty() || !record.is_object()) return record;
  std::vector<Member> members, used;
  for (const Member& member : record.members()) {
    const Shape* shorthand = nullptr;
    for (const Shape* one : shape.shorthands)
      if (one->name == member.name && shape.field(member.name) == nullptr) shorthand = one;
    (shorthand != nullptr ? used : members).push_back(member);
  }
  if (used.empty()) return record;
  for (const Member& member : used) {
    for (const Shape* one : shape.shorthands) {
      if (one->name != member.name) continue;
      const size_t before = walk.problems.errors();
      walk.path.emplace_back(std::string(member.name));
      validate_value(*one, member.value, walk);
      if (walk.problems.errors() == before && !member.value.is_null()) expand_one(*one, member, members, arena, walk);
      walk.path.pop_back();
    }
  }
  Value expanded = arena.object(members);
  expanded.place = record.place;
  return expanded;
}

}  // namespace schema
