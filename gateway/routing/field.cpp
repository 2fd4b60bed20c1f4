#include "gateway/routing/field.h"

#include <charconv>

#include "schema/validate.h"

namespace routing {

namespace {

using Kind = Field::Kind;
using Type = Field::Type;

struct Known {
  std::string_view name;
  Kind kind;
  Type type;
  bool stream;  // known to stream routes too
};

constexpr Known known[] = {
    {"http.method", Kind::method, Type::text, false},
    {"http.host", Kind::host, Type::text, false},
    {"http.path", Kind::path, Type::text, false},
    {"http.path.segments.len", Kind::segment_count, Type::integer, false},
    {"net.protocol", Kind::protocol, Type::text, true},
    {"net.src.ip", Kind::source_ip, Type::address, true},
    {"net.src.port", Kind::source_port, Type::integer, true},
    {"net.dst.ip", Kind::destination_ip, Type::address, true},
    {"net.dst.port", Kind::destination_port, Type::integer, true},
    {"net.port", Kind::destination_port, Type::integer, true},  // its name before 3.4
    {"tls.sni", Kind::sni, Type::text, true},
};

constexpr std::string_view segments_prefix = "http.path.segments.", headers_prefix = "http.headers.", queries_prefix = "http.queries.";

bool read_number(std::string_view digits, uint32_t& number) {
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return !digits.empty() && error == std::errc() && end == digits.data() + digits.size();
}

// "3" or "1_3".
bool read_segments(std::string_view text, Field& field) {
  field.kind = Kind::segments;
  const size_t underscore = text.find('_');
  if (!read_number(text.substr(0, underscore), field.first)) return false;
  field.last = field.first;
  return underscore == std::string_view::npos || (read_number(text.substr(underscore + 1), field.last) && field.first < field.last);
}

std::string nearest_field(std::string_view text, Traffic traffic) {
  std::vector<std::string_view> names;
  for (const Known& one : known)
    if (traffic == Traffic::web || one.stream) names.push_back(one.name);
  return schema::nearest(text, names);
}

}  // namespace

bool find_field(std::string_view text, Traffic traffic, Field& field, std::string& what, std::string& hint) {
  for (const Known& one : known) {
    if (one.name != text) continue;
    if (traffic == Traffic::stream && !one.stream) break;
    field.kind = one.kind;
    field.type = one.type;
    return true;
  }
  if (traffic == Traffic::stream && text.starts_with("http.")) {
    what = std::string(text) + " is not known to routes of streams";
    hint = "they have net.* and tls.sni";
    return false;
  }
  if (text.starts_with(segments_prefix)) {
    if (read_segments(text.substr(segments_prefix.size()), field)) return true;
    what = "no such segments: " + std::string(text);
    hint = "segments are written len, N or N_M with N less than M, counted from 0";
    return false;
  }
  if (text.starts_with(headers_prefix) && text.size() > headers_prefix.size()) {
    field.kind = Kind::header;
    field.name = folded_copy(text.substr(headers_prefix.size()));
    for (char& c : field.name)
      if (c == '_') c = '-';
    return true;
  }
  if (text.starts_with(queries_prefix) && text.size() > queries_prefix.size()) {
    field.kind = Kind::query;
    field.name = text.substr(queries_prefix.size());
    return true;
  }
  what = "unknown field " + std::string(text);
  hint = nearest_field(text, traffic);
  return false;
}

std::string_view segments(std::string_view path, uint32_t first, uint32_t last) {
  while (path.ends_with('/')) path.remove_suffix(1);
  if (path.empty()) return {};
  size_t at = path.front() == '/' ? 1 : 0, start = at;
  for (uint32_t number = 0;; ++number) {
    if (number == first) start = at;
    const size_t end = path.find('/', at);
    if (number == last) return path.substr(start, end == std::string_view::npos ? end : end - start);
    if (end == std::string_view::npos) return {};
    at = end + 1;
  }
}

uint32_t segment_count(std::string_view path) {
  while (path.ends_with('/')) path.remove_suffix(1);
  if (path.empty()) return 0;
  uint32_t count = path.front() == '/' ? 0 : 1;
  for (char c : path)
    if (c == '/') ++count;
  return count;
}

}  // namespace routing
