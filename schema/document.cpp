#include "schema/document.h"

#include <cstdlib>

#include "schema/json.h"
#include "schema/merge.h"
#include "schema/uuid.h"
#include "schema/yaml.h"

namespace schema {

namespace {

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

bool read_one(std::string_view text, Syntax syntax, uint16_t file, Arena& arena, Problems& problems, const ReadLimits& limits, Value& root) {
  if (syntax == Syntax::json) return read_json(text, file, arena, problems, limits, root);
  if (syntax == Syntax::detect && looks_like_json(text)) {
    // Flow-style YAML begins like JSON: only when both readers refuse it, the JSON one has the word.
    Problems as_json, as_yaml;
    if (read_json(text, file, arena, as_json, limits, root)) return true;
    if (read_yaml(text, file, arena, as_yaml, limits, root)) return true;
    for (const Problem& problem : as_json.all()) problems.add(problem);
    return false;
  }
  return read_yaml(text, file, arena, problems, limits, root);
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
  for (Source& source : sources) {
    const auto file = static_cast<uint16_t>(document.files.size());
    document.files.push_back(source.name);
    document.texts.emplace_back();
    if (source.text.size() > limits.bytes_max) {
      problems.add({.place = {0, 0, file}, .what = "the document is larger than " + std::to_string(limits.bytes_max) + " bytes"});
      continue;
    }
    if (sources.size() > 1) all_text.append(source.text);
    const std::string_view text = document.texts.back() = document.arena.copy(source.text);
    if (sources.size() == 1) document.text_md5 = md5_hex(text);
    Value root;
    if (!read_one(text, source.syntax, file, document.arena, problems, limits, root)) continue;
    if (!root.is_object()) {
      problems.add({.place = {1, 1, file},
                    .what = "the document is " + std::string(kind_name(root.kind())) + ", expected a map",
                    .hint = "a configuration starts with _format_version: \"3.0\""});
      continue;
    }
    roots.push_back(root);
  }
  if (sources.size() > 1) document.text_md5 = md5_hex(all_text);
  document.root = roots.size() == 1 ? roots[0] : merge(roots, document, problems);
  return document;
}

}  // namespace schema
