#include "schema/emit.h"

#include <fmt/format.h>

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

std::string scalar_json(const Value& value, bool mask) {
  if (mask && value.from_secret) return "\"******\"";
  switch (value.kind()) {
    case Kind::boolean: return value.as_boolean() ? "true" : "false";
    case Kind::integer:
    case Kind::number: return number_text(value);
    case Kind::text: return json_quoted(value.as_text());
    default: return "null";
  }
}

void write_json(const Value& value, int indent, bool mask, int depth, std::string& out) {
  const bool is_list = value.is_array();
  if (!is_list && !value.is_object()) {
    out += scalar_json(value, mask);
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
    if (!is_list) out.append(json_quoted(value.members()[i].name)).append(indent > 0 ? ": " : ":");
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
