// How an expression is read: characters to terms, with the types checked on the way.

#include <charconv>

#include "gateway/routing/expression.h"

namespace routing {

namespace {

using Type = Field::Type;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_name(char c) { return is_letter(c) || is_digit(c) || c == '.' || c == '_'; }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

struct Spelling {
  std::string_view text;
  Operator op;
};
// Longer ones first where one begins another.
constexpr Spelling operators[] = {
    {"==", Operator::equal}, {"!=", Operator::not_equal}, {"^=", Operator::starts_with}, {"=^", Operator::ends_with}, {">=", Operator::greater_equal},
    {"<=", Operator::less_equal}, {">", Operator::greater}, {"<", Operator::less}, {"~", Operator::matches}, {"contains", Operator::contains},
    {"in", Operator::in}};

std::string_view spelling(Operator op) {
  for (const Spelling& one : operators)
    if (one.op == op) return one.text;
  return "not in";
}

std::string_view type_name(Type type) { return type == Type::text ? "a text" : type == Type::integer ? "an integer" : "an IP address"; }

std::string_view type_name(const Literal& literal) {
  switch (literal.index()) {
    case 0: return "a text";
    case 1: return "an integer";
    case 2: return "an IP address";
    default: return "a CIDR block";
  }
}

class Parser {
 public:
  Parser(std::string_view text, Traffic traffic, ExpressionError& error) : text_(text), traffic_(traffic), error_(error) {}

  bool read(std::vector<Term>& terms) {
    if (text_.size() > expression_bytes_max) return fail(0, "longer than " + std::to_string(expression_bytes_max) + " octets");
    if (!read_terms(terms, 0)) return false;
    return at_ == text_.size() || fail(at_, text_[at_] == ')' ? "this parenthesis closes nothing" : "expected && or ||, found " + found());
  }

 private:
  bool fail(size_t at, std::string what, std::string hint = {}) {
    error_ = {at + 1, std::move(what), std::move(hint)};
    return false;
  }

  std::string found() const {
    if (at_ >= text_.size()) return "the end";
    size_t end = at_ + 1;
    if (is_name(text_[at_]))
      while (end < text_.size() && is_name(text_[end])) ++end;
    return "'" + std::string(text_.substr(at_, end - at_)) + "'";
  }

  void skip_space() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
  }

  bool take(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }

  bool read_terms(std::vector<Term>& terms, size_t depth) {
    bool with_and = false;
    do {
      Term term;
      term.with_and = with_and;
      if (!read_term(term, depth)) return false;
      terms.push_back(std::move(term));
      skip_space();
      with_and = text_.substr(at_, 2) == "&&";
    } while (take("&&") || take("||"));
    return true;
  }

  bool read_term(Term& term, size_t depth) {
    skip_space();
    term.begin = static_cast<uint32_t>(at_);
    term.negated = take("!");
    skip_space();
    if (at_ < text_.size() && text_[at_] == '(') {
      if (depth == expression_depth_max) return fail(at_, "more than " + std::to_string(expression_depth_max) + " parentheses inside one another");
      const size_t opened = at_++;
      std::vector<Term> inner;
      if (!read_terms(inner, depth + 1)) return false;
      if (!take(")")) return at_ == text_.size() ? fail(opened, "this parenthesis is not closed") : fail(at_, "expected && or || or ), found " + found());
      term.content = std::move(inner);
    } else {
      if (term.negated) return fail(at_, "expected ( after !, found " + found(), "negations are written !(...)");
      Predicate predicate;
      if (!read_predicate(predicate)) return false;
      term.content = std::move(predicate);
    }
    term.end = static_cast<uint32_t>(at_);
    return true;
  }

  bool read_predicate(Predicate& predicate) {
    if (!read_field(predicate, 0)) return false;
    skip_space();
    const size_t operator_at = at_;
    if (!read_operator(predicate.op)) return false;
    skip_space();
    const size_t literal_at = at_;
    return read_literal(predicate.literal) && check_types(predicate, operator_at, literal_at);
  }

  // A name, or a function of one; functions nest.
  bool read_field(Predicate& predicate, size_t depth) {
    skip_space();
    const size_t start = at_;
    if (at_ == text_.size() || !is_letter(text_[at_])) return fail(at_, "expected a field or (, found " + found());
    while (at_ < text_.size() && is_name(text_[at_])) ++at_;
    const std::string_view name = text_.substr(start, at_ - start);
    skip_space();
    if (at_ < text_.size() && text_[at_] == '(') return read_function(name, start, predicate, depth);
    std::string what, hint;
    if (at_ < text_.size() && text_[at_] == '-' && name.starts_with("http.headers.")) return fail(at_, "a field's name has no dash", "write _ for - in names of headers");
    return find_field(name, traffic_, predicate.field, what, hint) || fail(start, std::move(what), std::move(hint));
  }

  bool read_function(std::string_view name, size_t start, Predicate& predicate, size_t depth) {
    if (name != "lower" && name != "any") return fail(start, "unknown function " + std::string(name), "there are lower() and any()");
    if (depth == expression_depth_max) return fail(at_, "too many functions inside one another");
    ++at_;
    if (!read_field(predicate, depth + 1)) return false;
    skip_space();
    if (!take(")")) return fail(at_, "expected ) after the field, found " + found());
    if (name == "any") predicate.any = true;
    if (name == "lower") predicate.lower = true;
    if (name == "lower" && predicate.field.type != Type::text) return fail(start, "lower() is for texts, and this field is " + std::string(type_name(predicate.field.type)));
    return true;
  }

  bool read_operator(Operator& op) {
    const size_t start = at_;
    if (take("not")) {
      skip_space();
      if (!take("in")) return fail(start, "expected 'not in'");
      op = Operator::not_in;
      return true;
    }
    for (const Spelling& one : operators) {
      if (!take(one.text)) continue;
      op = one.op;
      return true;
    }
    if (text_.substr(at_, 1) == "=") return fail(at_, "expected an operator, found '='", "equality is written ==, a suffix =^");
    return fail(at_, "expected an operator, found " + found(), "operators are == != ~ ^= =^ contains > >= < <= in, not in");
  }

  bool read_literal(Literal& literal) {
    if (take("\"")) return read_text(literal);
    if (take("r#\"")) {
      const size_t end = text_.find("\"#", at_);
      if (end == std::string_view::npos) return fail(at_ - 3, "this raw text does not end", "it ends with \"#");
      literal = std::string(text_.substr(at_, end - at_));
      at_ = end + 2;
      return true;
    }
    const size_t start = at_;
    while (at_ < text_.size() && (is_letter(text_[at_]) || is_digit(text_[at_]) || std::string_view(".:/+-").find(text_[at_]) != std::string_view::npos)) ++at_;
    const std::string_view word = text_.substr(start, at_ - start);
    if (word.find_first_of(".:/") != std::string_view::npos) return read_address(word, start, literal);
    return read_integer(word, start, literal);
  }

  bool read_text(Literal& literal) {
    const size_t opened = at_ - 1;
    std::string value;
    while (at_ < text_.size() && text_[at_] != '"') {
      char c = text_[at_++];
      if (c == '\\') {
        c = at_ < text_.size() ? text_[at_++] : '\0';
        switch (c) {
          case '"': case '\\': break;
          case 'n': c = '\n'; break;
          case 'r': c = '\r'; break;
          case 't': c = '\t'; break;
          default: return fail(at_ - 2, "unknown escape in a text", "escapes are \\\" \\\\ \\n \\r \\t; in r#\"...\"# there are none");
        }
      }
      value += c;
    }
    if (!take("\"")) return fail(opened, "this text does not end");
    literal = std::move(value);
    return true;
  }

  bool read_address(std::string_view word, size_t start, Literal& literal) {
    const auto network = net::IpNetwork::parse(word);
    if (!network) return fail(start, "not an IP address or CIDR block: " + std::string(word));
    if (word.find('/') != std::string_view::npos) literal = *network;
    else literal = network->address;
    return true;
  }

  // 12, -12, 0x1f, 017.
  bool read_integer(std::string_view word, size_t start, Literal& literal) {
    std::string_view digits = word;
    const bool negative = digits.starts_with('-');
    if (negative || digits.starts_with('+')) digits.remove_prefix(1);
    int base = 10;
    if (digits.starts_with("0x") || digits.starts_with("0X")) {
      base = 16;
      digits.remove_prefix(2);
    } else if (digits.size() > 1 && digits.front() == '0') {
      base = 8;
      digits.remove_prefix(1);
    }
    uint64_t magnitude = 0;
    const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), magnitude, base);
    if (digits.empty() || end != digits.data() + digits.size() || fault == std::errc::invalid_argument) {
      at_ = start;
      return fail(start, "expected a literal, found " + found(), "texts stand in double quotes");
    }
    const uint64_t most = static_cast<uint64_t>(INT64_MAX) + (negative ? 1 : 0);
    if (fault != std::errc() || magnitude > most) return fail(start, "the integer " + std::string(word) + " does not fit into 64 bits");
    literal = static_cast<int64_t>(negative ? 0 - magnitude : magnitude);
    return true;
  }

  bool check_types(Predicate& predicate, size_t operator_at, size_t literal_at) {
    const Type type = predicate.field.type;
    bool applies = true;
    switch (predicate.op) {
      case Operator::equal: case Operator::not_equal: break;
      case Operator::matches: case Operator::starts_with: case Operator::ends_with: case Operator::contains: applies = type == Type::text; break;
      case Operator::in: case Operator::not_in: applies = type == Type::address; break;
      default: applies = type == Type::integer; break;
    }
    if (!applies) return fail(operator_at, "'" + std::string(spelling(predicate.op)) + "' does not apply to " + std::string(type_name(type)));
    const bool block = predicate.op == Operator::in || predicate.op == Operator::not_in;
    const size_t wanted = block ? 3 : type == Type::text ? 0 : type == Type::integer ? 1 : 2;
    if (predicate.literal.index() != wanted)
      return fail(literal_at, "expected " + std::string(block ? "a CIDR block" : type_name(type)) + ", found " + std::string(type_name(predicate.literal)));
    if (predicate.op != Operator::matches) return true;
    std::string what;
    auto regex = schema::Regex::compile(std::get<std::string>(predicate.literal), what);
    if (regex == nullptr) return fail(literal_at, "regex: " + what);
    predicate.literal = std::move(regex);
    return true;
  }

  std::string_view text_;
  Traffic traffic_;
  ExpressionError& error_;
  size_t at_ = 0;
};

}  // namespace

std::unique_ptr<const Expression> Expression::parse(std::string_view text, Traffic traffic, ExpressionError& error) {
  std::unique_ptr<Expression> expression(new Expression(text));
  if (!Parser(text, traffic, error).read(expression->terms_)) return nullptr;
  return expression;
}

}  // namespace routing
