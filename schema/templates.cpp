#include "schema/document.h"

namespace schema {

namespace {

std::string_view trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

class Filler {
 public:
  Filler(Document& document, const Environment& environment, Problems& problems) : document_(document), environment_(environment), problems_(problems) {}

  void fill(Value& value, Path& path) {
    if (value.is_text()) return fill_text(value, path);
    if (value.is_array()) {
      size_t position = 0;
      for (Value& item : value.items()) {
        path.emplace_back(position++);
        fill(item, path);
        path.pop_back();
      }
    } else if (value.is_object()) {
      for (Member& member : value.members()) {
        path.emplace_back(std::string(member.name));
        fill(member.value, path);
        path.pop_back();
      }
    }
  }

 private:
  // One value may be seen twice when an alias shares it; a filled one has no template left.
  void fill_text(Value& value, const Path& path) {
    std::string_view text = value.as_text();
    if (text.find("${{") == std::string_view::npos) return;
    std::string filled;
    std::string_view filter;
    while (!text.empty()) {
      const size_t open = text.find("${{");
      filled.append(text.substr(0, open));
      if (open == std::string_view::npos) break;
      const size_t close = text.find("}}", open);
      if (close == std::string_view::npos) return problem(value, path, "${{ without }}");
      if (!expression(trim(text.substr(open + 3, close - open - 3)), value, path, filled, filter)) return;
      text.remove_prefix(close + 2);
    }
    const Place place = value.place;
    value = typed(document_.arena.copy(filled), filter);
    value.place = place;
    value.from_secret = true;
  }

  bool expression(std::string_view text, const Value& value, const Path& path, std::string& filled, std::string_view& filter) {
    const size_t bar = text.find('|');
    if (bar != std::string_view::npos) filter = trim(text.substr(bar + 1));
    std::string_view call = trim(text.substr(0, bar));
    if (!call.starts_with("env ")) return problem(value, path, "unknown template " + std::string(text)), false;
    std::string_view name = trim(call.substr(4));
    if (name.size() >= 2 && (name.front() == '"' || name.front() == '\'')) name = name.substr(1, name.size() - 2);
    if (!name.starts_with("DECK_")) return problem(value, path, "environment variable " + std::string(name) + " must start with DECK_"), false;
    auto content = environment_(name);
    if (!content) return problem(value, path, "environment variable " + std::string(name) + " is not set"), false;
    filled.append(*content);
    return true;
  }

  static Value typed(std::string_view text, std::string_view filter) {
    if (filter == "toBool") return Value::boolean(text == "true" || text == "TRUE" || text == "True" || text == "t" || text == "T" || text == "1");
    if (filter == "toInt") return Value::integer(std::strtoll(std::string(text).c_str(), nullptr, 10));
    if (filter == "toFloat") return Value::number(std::strtod(std::string(text).c_str(), nullptr));
    return Value::text(text);
  }

  void problem(const Value& value, const Path& path, std::string what) { problems_.add({.place = value.place, .path = path, .what = std::move(what)}); }

  Document& document_;
  const Environment& environment_;
  Problems& problems_;
};

}  // namespace

void fill_templates(Document& document, const Environment& environment, Problems& problems) {
  Path path;
  Filler(document, environment, problems).fill(document.root, path);
}

}  // namespace schema
