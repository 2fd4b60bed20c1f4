#include "schema/masked.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>
#include <string>

#include "schema/config.h"

namespace schema {

namespace {

// A step of a pointer: "~1" is a slash, "~0" a tilde.
std::optional<std::string> unescaped(std::string_view step) {
  std::string out;
  for (size_t i = 0; i < step.size(); ++i) {
    if (step[i] != '~') {
      out += step[i];
      continue;
    }
    if (++i == step.size() || (step[i] != '0' && step[i] != '1')) return std::nullopt;
    out += step[i] == '1' ? '/' : '~';
  }
  return out;
}

std::string escaped(std::string_view name) {
  std::string out;
  for (char c : name) out += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
  return out;
}

// nullptr: it leads nowhere.
Value* find(Value& root, std::string_view pointer) {
  Value* at = &root;
  while (at != nullptr && !pointer.empty()) {
    if (pointer.front() != '/') return nullptr;
    pointer.remove_prefix(1);
    const std::string_view step = pointer.substr(0, pointer.find('/'));
    pointer.remove_prefix(step.size());
    if (at->is_array()) {
      size_t position = 0;
      const auto [end, fault] = std::from_chars(step.data(), step.data() + step.size(), position);
      at = fault == std::errc() && end == step.data() + step.size() && position < at->items().size()
               ? &at->items()[position]
               : nullptr;
    } else {
      const auto name = unescaped(step);
      at = name && at->is_object() ? at->find(*name) : nullptr;
    }
  }
  return at;
}

void mark(Value& value) {
  if (value.is_array())
    for (Value& item : value.items()) mark(item);
  else if (value.is_object())
    for (Member& member : value.members()) mark(member.value);
  else
    value.from_secret = true;
}

void collect(const Value& value, const std::string& pointer, std::vector<Value>& found, Arena& arena) {
  if (value.is_array()) {
    for (size_t i = 0; i < value.items().size(); ++i)
      collect(value.items()[i], pointer + "/" + std::to_string(i), found, arena);
  } else if (value.is_object()) {
    for (const Member& member : value.members())
      collect(member.value, pointer + "/" + escaped(member.name), found, arena);
  } else if (value.from_secret) {
    found.push_back(Value::text(arena.copy(pointer)));
  }
}

}  // namespace

void mark_masked(Value& root, Problems& problems) {
  const Value* info = root.find("_info");
  const Value* pointers = info != nullptr && info->is_object() ? info->find("masked") : nullptr;
  if (pointers == nullptr || pointers->is_null()) return;
  Path path{std::string("_info"), std::string("masked")};
  if (!pointers->is_array())
    return problems.add({.place = pointers->place, .path = std::move(path), .what = "expected a list"});
  for (size_t i = 0; i < pointers->items().size(); ++i) {
    const Value& pointer = pointers->items()[i];
    Value* value = pointer.is_text() && pointer.as_text().starts_with('/') ? find(root, pointer.as_text()) : nullptr;
    if (value != nullptr) {
      mark(*value);
      continue;
    }
    path.emplace_back(i);
    problems.add({.place = pointer.place,
                  .path = path,
                  .what = "leads to no value of this document",
                  .hint = "write a JSON pointer such as /services/0/host"});
    path.pop_back();
  }
}

Value with_masked(const Value& tree, Arena& arena) {
  std::vector<Member> members;
  std::vector<Value> found;
  for (const Member& member : tree.members()) {
    if (member.name == "_info") continue;
    members.push_back(member);
    if (!member.name.starts_with('_')) collect(member.value, "/" + escaped(member.name), found, arena);
  }
  if (found.empty()) return arena.object(members);
  const Member masked{"masked", {}, arena.array(found)};
  const auto behind_marks =
      std::find_if(members.begin(), members.end(), [](const Member& member) { return !member.name.starts_with('_'); });
  members.insert(behind_marks, {"_info", {}, arena.object({&masked, 1})});
  return arena.object(members);
}

bool any_marked(const Value& value) {
  if (value.is_array()) return std::any_of(value.items().begin(), value.items().end(), any_marked);
  if (value.is_object())
    return std::any_of(value.members().begin(), value.members().end(),
                       [](const Member& member) { return any_marked(member.value); });
  return value.from_secret;
}

std::string shown_field(const Entity* entity, std::string_view field, std::string_view text) {
  const Value* given = entity != nullptr ? entity->given.find(field) : nullptr;
  return std::string(given != nullptr && any_marked(*given) ? secret_mask : text);
}

std::string shown_name(const Entity* entity, std::string_view name, std::string_view id) {
  return name.empty() ? std::string(id) : shown_field(entity, "name", name);
}

std::string without(std::string_view secret, std::string message) {
  if (secret.empty()) return message;
  // Within a word it is not the value that is told.
  const auto is_inside = [&message](size_t at) { return at < message.size() && std::isalnum(static_cast<unsigned char>(message[at])) != 0; };
  for (size_t at = message.find(secret); at != std::string::npos; at = message.find(secret, at)) {
    const bool in_a_word = (at > 0 && is_inside(at - 1)) || is_inside(at + secret.size());
    if (!in_a_word) message.replace(at, secret.size(), secret_mask);
    at += in_a_word ? 1 : secret_mask.size();
  }
  for (size_t open = message.find('\''); open != std::string::npos; open = message.find('\'', open + 1)) {
    const size_t close = message.find('\'', open + 1);
    if (close == std::string::npos) break;
    const std::string part = message.substr(open + 1, close - open - 1);
    if (!part.empty() && secret.find(part) != std::string_view::npos)
      message.replace(open + 1, part.size(), secret_mask);
    open = message.find('\'', open + 1);
  }
  return message;
}

}  // namespace schema
