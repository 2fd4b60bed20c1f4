#include "gateway/plugins/text_template.h"

#include "gateway/http/query.h"

namespace plugins {
namespace {

bool is_name_char(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }

// Header names in lookups: any case, and `_` stands for `-`.
bool same_header(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    char x = a[i] == '_' ? '-' : a[i], y = b[i] == '_' ? '-' : b[i];
    if (!http::equal_names({&x, 1}, {&y, 1})) return false;
  }
  return true;
}

// End of the expression that starts behind "$(": its closing parenthesis outside of quotes.
size_t expression_end(std::string_view text, size_t at) {
  size_t depth = 1;
  char quote = 0;
  for (; at < text.size(); ++at) {
    char c = text[at];
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '\'' || c == '"') {
      quote = c;
    } else if (c == '(') {
      ++depth;
    } else if (c == ')' && --depth == 0) {
      return at;
    }
  }
  return std::string_view::npos;
}

// A capture of the route's path regex: by name, or by position when `name` is empty (0 is the whole match).
std::optional<std::string_view> capture_of(const Exchange& exchange, std::string_view name, size_t index) {
  const std::vector<routing::Capture> captures = exchange.match.captures();
  if (name.empty()) return index < captures.size() ? std::optional(captures[index].value) : std::nullopt;
  for (const routing::Capture& capture : captures) {
    if (capture.name == name) return capture.value;
  }
  return std::nullopt;
}

}  // namespace

class ExpressionReader {
 public:
  explicit ExpressionReader(std::string_view text) : text_(text) {}

  // choices := parts ("or" parts)*, parts := term (".." term)*
  bool read(std::vector<TextTemplate::Concatenation>& choices) {
    do {
      TextTemplate::Concatenation parts;
      do {
        TextTemplate::Term term;
        if (!read_term(term)) return false;
        parts.push_back(std::move(term));
      } while (take(".."));
      choices.push_back(std::move(parts));
    } while (take_word("or"));
    skip_space();
    return at_ == text_.size();
  }

 private:
  using Kind = TextTemplate::Kind;

  bool read_term(TextTemplate::Term& term) {
    skip_space();
    if (at_ >= text_.size()) return false;
    if (text_[at_] == '\'' || text_[at_] == '"') {
      term.kind = Kind::literal;
      return read_string(term.text);
    }
    if (text_[at_] >= '0' && text_[at_] <= '9') {
      term.kind = Kind::literal;
      term.text = read_name();
      return true;
    }
    std::string_view table = read_name();
    if (table == "nil") return true;
    if (table != "headers" && table != "query_params" && table != "uri_captures" && table != "shared") return false;
    if (!read_member(term)) return false;
    if (table == "headers") term.kind = Kind::header;
    else if (table == "query_params") term.kind = Kind::query;
    else if (table == "shared") term.kind = Kind::nothing;  // nothing here shares values between plugins
    return table == "uri_captures" || term.kind != Kind::capture_index;
  }

  bool read_member(TextTemplate::Term& term) {
    term.kind = Kind::capture_name;
    if (take(".")) {
      term.text = read_name();
      return !term.text.empty();
    }
    if (!take("[")) return false;
    skip_space();
    if (at_ < text_.size() && (text_[at_] == '\'' || text_[at_] == '"')) return read_string(term.text) && take("]");
    term.kind = Kind::capture_index;
    std::string_view digits = read_name();
    if (digits.empty() || digits.size() > 3 || digits.find_first_not_of("0123456789") != std::string_view::npos) return false;
    for (char c : digits) term.index = term.index * 10 + static_cast<size_t>(c - '0');
    return take("]");
  }

  bool read_string(std::string& value) {
    char quote = text_[at_++];
    while (at_ < text_.size() && text_[at_] != quote) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
      value += text_[at_++];
    }
    return at_++ < text_.size();
  }

  std::string_view read_name() {
    size_t start = at_;
    while (at_ < text_.size() && is_name_char(text_[at_])) ++at_;
    return text_.substr(start, at_ - start);
  }

  void skip_space() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
  }
  bool take(std::string_view token) {
    skip_space();
    if (!text_.substr(at_).starts_with(token)) return false;
    at_ += token.size();
    return true;
  }
  bool take_word(std::string_view word) {
    skip_space();
    size_t before = at_;
    if (read_name() == word) return true;
    at_ = before;
    return false;
  }

  std::string_view text_;
  size_t at_ = 0;
};

std::optional<TextTemplate> TextTemplate::parse(std::string_view text, std::string& error) {
  TextTemplate result;
  auto add_literal = [&result](std::string_view literal) {
    if (literal.empty()) return;
    Piece piece;
    piece.literal = literal;
    result.pieces_.push_back(std::move(piece));
  };
  while (!text.empty()) {
    size_t start = text.find("$(");
    size_t end = start == std::string_view::npos ? start : expression_end(text, start + 2);
    // What never closes is no expression.
    if (end == std::string_view::npos) start = text.size();
    add_literal(text.substr(0, start));
    if (start == text.size()) break;
    Piece piece;
    if (!ExpressionReader(text.substr(start + 2, end - start - 2)).read(piece.choices)) {
      error = "cannot be understood: " + std::string(text.substr(start, end - start + 1));
      return std::nullopt;
    }
    result.pieces_.push_back(std::move(piece));
    text.remove_prefix(end + 1);
  }
  return result;
}

std::optional<std::string_view> TextTemplate::value_of(const Term& term, Exchange& exchange) {
  switch (term.kind) {
    case Kind::literal: return term.text;
    case Kind::nothing: return std::nullopt;
    case Kind::header:
      for (const http::Header& header : exchange.request.headers.all()) {
        if (same_header(header.name, term.text)) return header.value;
      }
      if (http::equal_names(term.text, "host")) return exchange.request.host;
      return std::nullopt;
    case Kind::query: {
      std::optional<std::string_view> value;
      http::each_parameter(exchange.query, [&](const http::Parameter& parameter) {
        if (http::decode(parameter.name, true) != term.text) return true;
        value = parameter.has_value ? exchange.arena.copy(http::decode(parameter.value, true)) : std::string_view("true");
        return false;
      });
      return value;
    }
    case Kind::capture_name:
    case Kind::capture_index: return capture_of(exchange, term.text, term.index);
  }
  return std::nullopt;
}

TextTemplate::Outcome TextTemplate::value_of(const Concatenation& parts, Exchange& exchange) {
  if (parts.size() == 1) return {value_of(parts[0], exchange)};
  std::string_view whole = "";
  for (const Term& term : parts) {
    auto value = value_of(term, exchange);
    if (!value) return {std::nullopt, true};
    whole = exchange.arena.join({whole, *value});
  }
  return {whole};
}

std::optional<std::string_view> TextTemplate::render(Exchange& exchange) const {
  if (pieces_.size() == 1 && pieces_[0].choices.empty()) return pieces_[0].literal;
  std::string_view text = "";
  for (const Piece& piece : pieces_) {
    std::string_view found = piece.literal;
    for (const Concatenation& choice : piece.choices) {
      Outcome outcome = value_of(choice, exchange);
      if (outcome.failed) return std::nullopt;
      if (!outcome.value) continue;
      found = *outcome.value;
      break;
    }
    text = text.empty() ? found : exchange.arena.join({text, found});
  }
  return text;
}

}  // namespace plugins
