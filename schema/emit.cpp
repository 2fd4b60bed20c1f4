#include "schema/emit.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "schema/report.h"
#include "schema/yaml_writer.h"

namespace schema {

namespace {

std::string number_text(const Value& value) {
  if (value.kind() == Kind::integer) return std::to_string(value.as_integer());
  const double number = value.as_number();
  if (!std::isfinite(number)) return "null";
  // A number stays one: 2.0 must not come back as an integer only where somebody counts on a fraction, so the shortest form will do.
  return fmt::format("{}", number);
}

// Most texts need no escapes.
void write_text(std::string_view text, std::string& out) {
  const bool plain = std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c != '"' && c != '\\'; });
  if (plain)
    out.append("\"").append(text).append("\"");
  else
    out += json_quoted(text);
}

void write_scalar(const Value& value, bool mask, std::string& out) {
  if (mask && value.from_secret) {
    write_text(secret_mask, out);
    return;
  }
  switch (value.kind()) {
    case Kind::boolean: out += value.as_boolean() ? "true" : "false"; break;
    case Kind::integer:
    case Kind::number: out += number_text(value); break;
    case Kind::text: write_text(value.as_text(), out); break;
    default: out += "null"; break;
  }
}

void write_json(const Value& value, int indent, bool mask, int depth, std::string& out) {
  const bool is_list = value.is_array();
  if (!is_list && !value.is_object()) {
    write_scalar(value, mask, out);
    return;
  }
  const size_t count = is_list ? value.items().size() : value.members().size();
  auto line = [&](int level) {
    if (indent > 0 && count > 0) out.append("\n").append(static_cast<size_t>(indent * level), ' ');
  };
  out += is_list ? '[' : '{';
  for (size_t i = 0; i < count; ++i) {
    if (i > 0) out += ',';
    line(depth + 1);
    if (!is_list) {
      write_text(value.members()[i].name, out);
      out += indent > 0 ? ": " : ":";
    }
    write_json(is_list ? value.items()[i] : value.members()[i].value, indent, mask, depth + 1, out);
  }
  line(depth);
  out += is_list ? ']' : '}';
}

}  // namespace

std::string to_json_text(const Value& value, int indent, bool mask) {
  std::string out;
  write_json(value, indent, mask, 0, out);
  return out;
}

std::string to_yaml_text(const Value& value) { return write_yaml(value); }

}  // namespace schema
