// decK's templates, filled in after parsing: what a variable holds can change a value and never the structure.

#include <charconv>
#include <cmath>
#include <unordered_set>

#include "schema/document.h"
#include "schema/source_text.h"

namespace schema {

namespace {

constexpr std::string_view opening = "${{", closing = "}}";
constexpr size_t indent_max = 1000;  // blanks

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

// A text in "", '' or `` at the start of `rest`, which is cut behind it; nullopt when there is none.
std::optional<std::string_view> take_quoted(std::string_view& rest) {
  if (rest.empty() || std::string_view("\"'`").find(rest.front()) == std::string_view::npos) return std::nullopt;
  const size_t end = rest.find(rest.front(), 1);
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view text = rest.substr(1, end - 1);
  rest.remove_prefix(end + 1);
  return text;
}

// Where the marks of the end stand, outside of quotes; npos when they do not.
size_t find_closing(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    if (text.substr(at).starts_with(closing)) return at;
    std::string_view rest = text.substr(at);
    at += take_quoted(rest) ? text.size() - at - rest.size() : 1;
  }
  return std::string_view::npos;
}

class Filler {
 public:
  Filler(Document& document, const Environment& environment, Problems& problems)
      : document_(document), source_(document), environment_(environment), problems_(problems) {}

  void fill(Value& value) {
    if (value.is_text()) return fill_text(value);
    if (value.is_array()) {
      if (!filled_.insert(value.items().data()).second) return;
      size_t position = 0;
      for (Value& item : value.items()) {
        path_.emplace_back(position++);
        fill(item);
        path_.pop_back();
      }
    } else if (value.is_object()) {
      if (!filled_.insert(value.members().data()).second) return;
      for (Member& member : value.members()) {
        if (member.name.find(opening) != std::string_view::npos)
          problem(member.name_place, "a template may stand in a value, not in a name");
        path_.emplace_back(std::string(member.name));
        fill(member.value);
        path_.pop_back();
      }
    }
  }

 private:
  // What one template gives.
  struct Outcome {
    std::string text;
    Value typed;             // of toInt, toFloat, toBool
    bool is_typed = false;
    bool secret = false;
    std::string name = "the text";  // of the variable, for messages
  };

  void fill_text(Value& value) {
    std::string_view rest = value.as_text();
    if (rest.find(opening) == std::string_view::npos) return;
    const bool whole = rest.starts_with(opening) && find_closing(rest) == rest.size() - closing.size();
    Outcome last;
    std::string filled;
    bool secret = false;
    while (!rest.empty()) {
      const size_t open = rest.find(opening);
      filled.append(rest.substr(0, open));
      if (open == std::string_view::npos) break;
      rest.remove_prefix(open + opening.size());
      const size_t close = find_closing(rest);
      if (close == std::string_view::npos) return problem(value.place, "${{ without }}");
      last = Outcome();
      if (!evaluate(trim(rest.substr(0, close)), value.place, last)) return;
      filled.append(last.text);
      secret = secret || last.secret;
      rest.remove_prefix(close + closing.size());
    }
    const Place place = value.place;
    value = whole && last.is_typed ? last.typed : Value::text(document_.arena.copy(filled));
    value.place = place;
    value.from_secret = secret;
  }

  bool evaluate(std::string_view text, Place place, Outcome& outcome) {
    std::string_view rest = text;
    if (const auto literal = take_quoted(rest))
      outcome.text = *literal;
    else if (!rest.starts_with("env"))
      return problem(place, "unknown template " + std::string(text)), false;
    else if (!take_variable(rest, place, outcome))
      return false;
    for (rest = trim(rest); !rest.empty(); rest = trim(rest)) {
      if (rest.front() != '|') return problem(place, "unknown template " + std::string(text)), false;
      const size_t end = rest.find('|', 1);
      if (!apply(trim(rest.substr(1, end == std::string_view::npos ? end : end - 1)), place, outcome)) return false;
      rest = end == std::string_view::npos ? std::string_view() : rest.substr(end);
    }
    return true;
  }

  bool take_variable(std::string_view& rest, Place place, Outcome& outcome) {
    const std::string_view call = rest;
    rest = trim(rest.substr(3));
    const auto name = take_quoted(rest);
    if (!name) return problem(place, "env needs the name of a variable in quotes: " + std::string(call)), false;
    outcome.name = "environment variable " + std::string(*name);
    if (!name->starts_with("DECK_")) return problem(place, outcome.name + " must start with DECK_"), false;
    auto content = environment_(*name);
    if (!content) return problem(place, outcome.name + " is not set"), false;
    outcome.text = std::move(*content);
    outcome.secret = true;
    return true;
  }

  // Never shows the content.
  bool apply(std::string_view filter, Place place, Outcome& outcome) {
    const std::string_view name = filter.substr(0, filter.find_first_of(" \t"));
    const std::string_view argument = trim(filter.substr(name.size()));
    if (name == "indent") return indent(argument, place, outcome);
    const char* wanted = name == "toInt" ? "an integer" : name == "toBool" ? "a boolean" : name == "toFloat" ? "a number" : nullptr;
    if (wanted == nullptr) return problem(place, "unknown filter " + std::string(name)), false;
    const auto value = typed(name, outcome.text);
    if (!value) return problem(place, outcome.name + " is not " + wanted), false;
    outcome.typed = *value;
    outcome.is_typed = true;
    return true;
  }

  // The words and digits of Go's strconv.ParseBool, Atoi and ParseFloat, finite numbers only.
  static std::optional<Value> typed(std::string_view filter, std::string_view text) {
    if (filter == "toBool") {
      for (std::string_view yes : {"1", "t", "T", "true", "TRUE", "True"})
        if (text == yes) return Value::boolean(true);
      for (std::string_view no : {"0", "f", "F", "false", "FALSE", "False"})
        if (text == no) return Value::boolean(false);
      return std::nullopt;
    }
    if (text.starts_with('+') && !text.substr(1).starts_with('-')) text.remove_prefix(1);
    const char* end = text.data() + text.size();
    int64_t whole = 0;
    double real = 0;
    const auto [stop, fault] = filter == "toInt" ? std::from_chars(text.data(), end, whole) : std::from_chars(text.data(), end, real);
    if (fault != std::errc() || stop != end || !std::isfinite(real)) return std::nullopt;
    return filter == "toInt" ? Value::integer(whole) : Value::number(real);
  }

  // decK fills in the text of the file, where `indent` puts every line at the column of a block text that surrounds it. What is filled
  // into the block's content needs only what goes beyond that column; in any other text line breaks have no columns.
  bool indent(std::string_view argument, Place place, Outcome& outcome) {
    size_t blanks = 0;
    const auto [stop, fault] = std::from_chars(argument.data(), argument.data() + argument.size(), blanks);
    if (argument.empty() || fault != std::errc() || stop != argument.data() + argument.size() || blanks > indent_max)
      return problem(place, "indent needs a number of blanks, " + std::to_string(indent_max) + " at most"), false;
    const size_t column = block_column(place);
    const std::string pad(column > 0 && blanks > column ? blanks - column : 0, ' ');
    std::string padded;
    for (char c : outcome.text) padded += c == '\n' ? "\n" + pad : std::string(1, c);
    outcome.text = std::move(padded);
    return true;
  }

  // Blanks in front of the lines of the block text (`|`, `>`) at a place; 0 when it is none.
  size_t block_column(Place place) const {
    std::string_view text = source_.from(place);
    if (!text.starts_with('|') && !text.starts_with('>')) return 0;
    while (true) {
      const size_t end = text.find('\n');
      if (end == std::string_view::npos) return 0;
      text.remove_prefix(end + 1);
      const size_t first = text.find_first_not_of(' ');
      if (first != std::string_view::npos && text[first] != '\n' && text[first] != '\r') return first;
    }
  }

  void problem(Place place, std::string what) { problems_.add({.place = place, .path = path_, .what = std::move(what)}); }

  Document& document_;
  SourceText source_;
  const Environment& environment_;
  Problems& problems_;
  Path path_;
  std::unordered_set<const void*> filled_;  // lists and maps; an alias shares them, and what was filled in is no template
};

}  // namespace

void fill_templates(Document& document, const Environment& environment, Problems& problems) {
  bool any = false;
  for (std::string_view text : document.texts) any = any || text.find(opening) != std::string_view::npos;
  // JSON may write the marks with escapes.
  for (std::string_view text : document.texts) any = any || text.find("\\u") != std::string_view::npos;
  if (any) Filler(document, environment, problems).fill(document.root);
}

}  // namespace schema
