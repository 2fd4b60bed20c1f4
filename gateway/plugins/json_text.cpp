#include "gateway/plugins/json_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <iterator>

namespace plugins {
namespace {

// Length of the well-formed UTF-8 sequence at `at`; 0 when there is none (Unicode table 3-7).
size_t sequence_length(std::string_view text, size_t at) {
  auto byte = [&](size_t i) { return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0u; };
  auto tail = [&](size_t i, unsigned low = 0x80, unsigned high = 0xbf) { return byte(i) >= low && byte(i) <= high; };
  unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead <= 0xdf) return tail(1) ? 2 : 0;
  if (lead >= 0xe0 && lead <= 0xef) {
    bool second = tail(1, lead == 0xe0 ? 0xa0 : 0x80, lead == 0xed ? 0x9f : 0xbf);
    return second && tail(2) ? 3 : 0;
  }
  if (lead >= 0xf0 && lead <= 0xf4) {
    bool second = tail(1, lead == 0xf0 ? 0x90 : 0x80, lead == 0xf4 ? 0x8f : 0xbf);
    return second && tail(2) && tail(3) ? 4 : 0;
  }
  return 0;
}

bool is_plain(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte < 0x7f && byte != '"' && byte != '\\';
}

// Sixteen at a time, as every processor has them.
using Octets = unsigned char __attribute__((vector_size(16)));

bool any_suspect(const char* at) {
  Octets octets;
  std::memcpy(&octets, at, sizeof octets);
  const auto suspect = (octets < 0x20) | (octets >= 0x7f) | (octets == '"') | (octets == '\\');
  uint64_t halves[2];
  std::memcpy(halves, &suspect, sizeof halves);
  return (halves[0] | halves[1]) != 0;
}

// Not 0 when some octet of the eight may not be plain; an octet next to a hit may raise a false alarm, never the reverse.
uint64_t suspects(uint64_t octets) {
  constexpr uint64_t ones = 0x0101010101010101, tops = 0x8080808080808080;
  const auto zero = [](uint64_t word) { return (word - ones) & ~word & tops; };
  const uint64_t below_space = (octets - ones * 0x20) & ~octets & tops;
  return below_space | (octets & tops) | zero(octets ^ ones * '"') | zero(octets ^ ones * '\\') | zero(octets ^ ones * 0x7f);
}

void append_control(std::string& out, char c) {
  switch (c) {
    case '\n': out += "\\n"; break;
    case '\r': out += "\\r"; break;
    case '\t': out += "\\t"; break;
    default: fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned char>(c));
  }
}

}  // namespace

size_t plain_json_octets(std::string_view text) {
  size_t at = 0;
  if (text.size() >= sizeof(Octets)) {
    // The last sixteen overlap the ones before them rather than stand alone.
    const size_t last = text.size() - sizeof(Octets);
    while (at < last && !any_suspect(text.data() + at)) at += sizeof(Octets);
    if (at >= last && !any_suspect(text.data() + last)) return text.size();
    at = std::min(at, last);
  }
  for (uint64_t octets; at + sizeof octets <= text.size(); at += sizeof octets) {
    std::memcpy(&octets, text.data() + at, sizeof octets);
    if (suspects(octets) != 0) break;
  }
  while (at < text.size() && is_plain(text[at])) ++at;
  return at;
}

void append_json_text(std::string& out, std::string_view text) {
  out += '"';
  size_t plain = 0;  // start of what can be copied in one piece
  const auto next = [&text](size_t at) { return at + plain_json_octets(text.substr(at)); };
  for (size_t at = next(0); at < text.size(); at = next(at)) {
    const char byte = text[at];
    size_t length = sequence_length(text, at);
    if (length > 1) {
      at += length;
      continue;
    }
    out.append(text, plain, at - plain);
    if (byte == '"' || byte == '\\') {
      out += '\\';
      out += byte;
    } else if (length == 0) {
      out += "\xef\xbf\xbd";
    } else {
      append_control(out, byte);
    }
    plain = ++at;
  }
  out.append(text, plain, text.size() - plain);
  out += '"';
}

void append_json_number(std::string& out, int64_t value) {
  char digits[20];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
}

void append_json(std::string& out, const schema::Value& value) {
  bool first = true;
  auto separate = [&] {
    if (!first) out += ',';
    first = false;
  };
  switch (value.kind()) {
    case schema::Kind::null: out += "null"; break;
    case schema::Kind::boolean: out += value.as_boolean() ? "true" : "false"; break;
    case schema::Kind::integer: append_json_number(out, value.as_integer()); break;
    case schema::Kind::number: fmt::format_to(std::back_inserter(out), "{}", value.as_number()); break;
    case schema::Kind::text: append_json_text(out, value.as_text()); break;
    case schema::Kind::array:
      out += '[';
      for (const schema::Value& item : value.items()) {
        separate();
        append_json(out, item);
      }
      out += ']';
      break;
    case schema::Kind::object:
      out += '{';
      for (const schema::Member& member : value.members()) {
        separate();
        append_json_text(out, member.name);
        out += ':';
        append_json(out, member.value);
      }
      out += '}';
      break;
  }
}

void append_json(std::string& out, const schema::Entity& entity, std::string_view workspace_id) {
  schema::Reader reader(entity.shape, &entity.given);
  bool first = true;
  out += '{';
  for (const schema::Shape* field : entity.shape->fields) {
    if (field->secret) continue;
    const schema::Value* value = reader.value(field->name);
    if (value == nullptr || value->is_null()) continue;
    if (!first) out += ',';
    first = false;
    append_json_text(out, field->name);
    out += ':';
    append_json(out, *value);
  }
  if (!workspace_id.empty()) {
    if (!first) out += ',';
    out += "\"ws_id\":";
    append_json_text(out, workspace_id);
  }
  out += '}';
}

}  // namespace plugins
