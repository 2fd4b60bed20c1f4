#include <charconv>
#include <cmath>
#include <cstdlib>
#include <string>

#include "schema/yaml.h"

namespace schema {

namespace {

bool one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  for (std::string_view word : words)
    if (text == word) return true;
  return false;
}

std::string without_underscores(std::string_view text) {
  std::string out;
  for (char c : text)
    if (c != '_') out += c;
  return out;
}

bool digits_only(std::string_view text, std::string_view allowed) {
  return !text.empty() && text.find_first_not_of(allowed) == std::string_view::npos;
}

bool parse_integer(std::string_view digits, int base, bool negative, Value& out) {
  // With its sign: the lowest number has no positive counterpart.
  const std::string text = (negative ? "-" : "") + std::string(digits);
  int64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc() || end != text.data() + text.size()) return false;
  out = Value::integer(value);
  return true;
}

// 12:30 is 750: digits in base 60, each part after the first below 60.
bool parse_sexagesimal(std::string_view text, bool negative, Value& out) {
  if (text.find(':') == std::string_view::npos) return false;
  int64_t value = 0;
  bool first = true;
  while (!text.empty()) {
    const size_t colon = text.find(':');
    std::string_view part = text.substr(0, colon);
    int64_t number = 0;
    if (!digits_only(part, "0123456789") || part.size() > (first ? 15u : 2u)) return false;
    std::from_chars(part.data(), part.data() + part.size(), number);
    if (!first && number > 59) return false;
    if (value > (int64_t{1} << 50)) return false;
    value = value * 60 + number;
    first = false;
    if (colon == std::string_view::npos) break;
    text.remove_prefix(colon + 1);
    if (text.empty()) return false;
  }
  out = Value::integer(negative ? -value : value);
  return true;
}

bool parse_number(std::string_view text, Value& out) {
  bool negative = false;
  std::string_view rest = text;
  if (rest.front() == '-' || rest.front() == '+') {
    negative = rest.front() == '-';
    rest.remove_prefix(1);
  }
  if (rest.empty()) return false;
  if (one_of(rest, {".inf", ".Inf", ".INF"})) {
    out = Value::number(negative ? -INFINITY : INFINITY);
    return true;
  }
  if (rest.front() != '.' && (rest.front() < '0' || rest.front() > '9')) return false;
  if (parse_sexagesimal(rest, negative, out)) return true;
  const std::string plain = without_underscores(rest);
  std::string_view digits = plain;
  if (digits.starts_with("0x") && digits_only(digits.substr(2), "0123456789abcdefABCDEF")) return parse_integer(digits.substr(2), 16, negative, out);
  if (digits.starts_with("0b") && digits_only(digits.substr(2), "01")) return parse_integer(digits.substr(2), 2, negative, out);
  if (digits_only(digits, "0123456789")) {
    if (digits.size() > 1 && digits.front() == '0') return digits_only(digits, "01234567") && parse_integer(digits, 8, negative, out);
    if (parse_integer(digits, 10, negative, out)) return true;
  }
  if (digits.find_first_not_of("0123456789.eE+-") != std::string_view::npos || digits == ".") return false;
  double real = 0;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), real);
  if (end != digits.data() + digits.size()) return false;
  // Too small for a double is as good as 0; too large is no number that anybody can count with, so it stays a text.
  if (error == std::errc::result_out_of_range) real = std::strtod(plain.c_str(), nullptr);
  else if (error != std::errc()) return false;
  if (!std::isfinite(real)) return false;
  out = Value::number(negative ? -real : real);
  return true;
}

}  // namespace

Value plain_scalar(std::string_view text) {
  if (text.empty() || one_of(text, {"~", "null", "Null", "NULL"})) return {};
  if (one_of(text, {"true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON"})) return Value::boolean(true);
  if (one_of(text, {"false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"})) return Value::boolean(false);
  if (one_of(text, {".nan", ".NaN", ".NAN"})) return Value::number(NAN);
  Value number;
  return parse_number(text, number) ? number : Value::text(text);
}

}  // namespace schema
