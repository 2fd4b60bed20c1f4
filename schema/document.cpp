#include "schema/document.h"

#include <algorithm>
#include <cstdlib>

#include "schema/json.h"
#include "schema/masked.h"
#include "schema/merge.h"
#include "schema/utf8.h"
#include "schema/uuid.h"
#include "schema/yaml.h"

namespace schema {

namespace {

constexpr size_t files_max = 65'535;  // a place has 16 bits for its file

std::string_view kind_name(Kind kind) {
  switch (kind) {
    case Kind::null: return "nothing";
    case Kind::boolean: return "a boolean";
    case Kind::integer:
    case Kind::number: return "a number";
    case Kind::text: return "a text";
    case Kind::array: return "a list";
    default: return "a map";
  }
}

bool looks_like_json(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && (text[first] == '{' || text[first] == '[');
}

// The one that read further knows better what the text was meant to be.
const Problems& nearer_to_the_end(const Problems& a, const Problems& b) {
  const auto reach = [](const Problems& problems) {
    const Place place = problems.all().empty() ? Place() : problems.all().back().place;
    return std::pair(place.line, place.column);
  };
  return reach(b) > reach(a) ? b : a;
}

bool read_one(std::string_view text, Syntax syntax, uint16_t file, Arena& arena, Problems& problems, const ReadLimits& limits, Value& root) {
  if (syntax == Syntax::json) return read_json(text, file, arena, problems, limits, root);
  if (syntax != Syntax::detect || !looks_like_json(text)) return read_yaml(text, file, arena, problems, limits, root);
  // Flow-style YAML begins like JSON.
  Problems as_json, as_yaml;
  if (read_json(text, file, arena, as_json, limits, root)) return true;
  const bool good = read_yaml(text, file, arena, as_yaml, limits, root);
  for (const Problem& problem : (good ? as_yaml : nearer_to_the_end(as_json, as_yaml)).all()) problems.add(problem);
  return good;
}

Place place_of(std::string_view text, size_t at, uint16_t file) {
  const std::string_view before = text.substr(0, at);
  const size_t line_start = before.rfind('\n') + 1;
  return {static_cast<uint32_t>(std::count(before.begin(), before.end(), '\n') + 1), static_cast<uint16_t>(std::min<size_t>(at - line_start + 1, 65535)), file};
}

// Neither reader has to think about bytes that are no text. Of the controls, YAML and JSON allow tabs and line breaks.
bool is_text(std::string_view text, uint16_t file, Problems& problems) {
  if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff")) {
    problems.add({.place = {1, 1, file}, .what = "the document is UTF-16", .hint = "save it as UTF-8"});
    return false;
  }
  if (const size_t at = utf8_fault(text); at != std::string_view::npos) {
    problems.add({.place = place_of(text, at, file), .what = "the document is not UTF-8", .hint = "save it as UTF-8"});
    return false;
  }
  const auto control = std::find_if(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r'; });
  if (control == text.end()) return true;
  problems.add({.place = place_of(text, static_cast<size_t>(control - text.begin()), file), .what = "a control character stands in the document", .hint = "in double quotes it may be written as \\u0001"});
  return false;
}

}  // namespace

Environment process_environment() {
  return [](std::string_view name) -> std::optional<std::string> {
    const char* value = std::getenv(std::string(name).c_str());
    if (value == nullptr) return std::nullopt;
    return std::string(value);
  };
}

Document read(std::vector<Source> sources, Problems& problems, const ReadLimits& limits) {
  Document document;
  std::string all_text;
  std::vector<Value> roots;
  if (sources.size() > files_max) {
    problems.add({.what = std::to_string(sources.size()) + " files are too many: " + std::to_string(files_max) + " at most"});
    sources.clear();
  }
  for (Source& source : sources) {
    const auto file = static_cast<uint16_t>(document.files.size());
    document.files.push_back(source.name);
    document.texts.emplace_back();
    if (source.text.size() > limits.bytes_max) {
      problems.add({.what = source.name + ": the document is larger than " + std::to_string(limits.bytes_max) + " bytes"});
      continue;
    }
    if (sources.size() > 1) all_text.append(source.text);
    if (sources.size() == 1) document.text_md5 = md5_hex(source.text);
    std::string_view text = source.text;
    if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
    if (!is_text(text, file, problems)) continue;
    text = document.texts.back() = document.arena.copy(text);
    Value root;
    if (!read_one(text, source.syntax, file, document.arena, problems, limits, root)) continue;
    if (!root.is_object()) {
      problems.add({.place = {1, 1, file},
                    .what = "the document is " + std::string(kind_name(root.kind())) + ", expected a map",
                    .hint = "a configuration starts with _format_version: \"3.0\""});
      continue;
    }
    mark_masked(root, problems);
    roots.push_back(root);
  }
  if (sources.size() > 1) document.text_md5 = md5_hex(all_text);
  document.root = roots.size() == 1 ? roots[0] : merge(roots, document, problems);
  return document;
}

}  // namespace schema
