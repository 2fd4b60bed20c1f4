#include "schema/emit.h"

#include <fmt/format.h>

#include <cmath>

#include "schema/report.h"
#include "schema/yaml.h"

namespace schema {

namespace {

std::string number_text(const Value& value) {
  if (value.kind() == Kind::integer) return std::to_string(value.as_integer());
  const double number = value.as_number();
  if (!std::isfinite(number)) return "null";
  // A number stays one: 2.0 must not come back as an integer only where somebody counts on a fraction, so the shortest form will do.
  return fmt::format("{}", number);
}

std::string scalar_json(const Value& value) {
  switch (value.kind()) {
    case Kind::boolean: return value.as_boolean() ? "true" : "false";
    case Kind::integer:
    case Kind::number: return number_text(value);
    case Kind::text: return json_quoted(value.as_text());
    default: return "null";
  }
}

void write_json(const Value& value, int indent, int depth, std::string& out) {
  const bool is_list = value.is_array();
  if (!is_list && !value.is_object()) {
    out += scalar_json(value);
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
    write_json(is_list ? value.items()[i] : value.members()[i].value, indent, depth + 1, out);
  }
  line(depth);
  out += is_list ? ']' : '}';
}

// A text that may stand without quotes: it is read as itself, and holds nothing that YAML gives a meaning.
bool is_plain(std::string_view text) {
  if (text.empty() || text.front() == ' ' || text.back() == ' ' || text.back() == ':') return false;
  if (std::string_view("-?:,[]{}#&*!|>'\"%@`~=").find(text.front()) != std::string_view::npos) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x20 || c == 0x7f) return false;
    if (c == ':' && text.substr(i, 2) == ": ") return false;
    if (c == '#' && text[i - 1] == ' ') return false;
  }
  // YAML 1.1 and 1.2 differ in what looks like a number or a word; a digit or such a word in front is reason enough for quotes.
  if ((text.front() >= '0' && text.front() <= '9') || text.front() == '.' || text.front() == '+') return false;
  if (text.size() == 1 && (text == "y" || text == "Y" || text == "n" || text == "N")) return false;
  return plain_scalar(text).is_text();
}

std::string scalar_yaml(const Value& value) {
  if (!value.is_text()) return scalar_json(value);
  const std::string_view text = value.as_text();
  if (is_plain(text)) return std::string(text);
  // JSON's quotes and escapes are also YAML's.
  return json_quoted(text);
}

void write_yaml(const Value& value, size_t indent, std::string& out);

// What follows "- " or "key:": on the same line when it is short or empty.
void write_inner(const Value& value, size_t indent, bool in_list, std::string& out) {
  const bool is_list = value.is_array();
  if (!is_list && !value.is_object()) {
    out.append(in_list ? "" : " ").append(scalar_yaml(value)).append("\n");
    return;
  }
  const size_t count = is_list ? value.items().size() : value.members().size();
  if (count == 0) {
    out.append(in_list ? "" : " ").append(is_list ? "[]\n" : "{}\n");
  } else if (in_list) {
    // The first line of the inner block goes behind the dash.
    std::string block;
    write_yaml(value, indent, block);
    out += std::string_view(block).substr(indent);
  } else {
    out += '\n';
    write_yaml(value, indent, out);
  }
}

void write_yaml(const Value& value, size_t indent, std::string& out) {
  if (value.is_array()) {
    for (const Value& item : value.items()) {
      out.append(indent, ' ').append("- ");
      write_inner(item, indent + 2, true, out);
    }
  } else if (value.is_object()) {
    for (const Member& member : value.members()) {
      out.append(indent, ' ').append(is_plain(member.name) ? std::string(member.name) : json_quoted(member.name)).append(":");
      // Lists stand at the column of their key, as people write them.
      write_inner(member.value, member.value.is_array() ? indent : indent + 2, false, out);
    }
  } else {
    out.append(indent, ' ').append(scalar_yaml(value)).append("\n");
  }
}

}  // namespace

std::string to_json_text(const Value& value, int indent) {
  std::string out;
  write_json(value, indent, 0, out);
  return out;
}

std::string to_yaml_text(const Value& value) {
  std::string out;
  if ((value.is_object() && value.members().empty()) || (value.is_array() && value.items().empty())) return value.is_object() ? "{}\n" : "[]\n";
  write_yaml(value, 0, out);
  return out;
}

}  // namespace schema
