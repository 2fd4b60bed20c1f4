#pragma once
// The expression language of routes: `http.path ^= "/v1" && (http.method == "GET" || any(lower(http.headers.x_tier)) == "gold")`.
//   expression = term { ("&&" | "||") term }      && and || bind alike, from left to right
//   term       = predicate | ["!"] "(" expression ")"
//   predicate  = field operator literal;  field = NAME | "lower(" field ")" | "any(" field ")"
// A predicate on an absent field is false, also with !=. Of several values all must satisfy it, or with any() one.

#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "gateway/net/ip_network.h"
#include "gateway/routing/field.h"
#include "gateway/routing/keys.h"
#include "gateway/routing/match.h"
#include "schema/regex.h"

namespace routing {

constexpr size_t expression_bytes_max = 64 * 1024;
constexpr size_t expression_depth_max = 32;  // of parentheses

struct ExpressionError {
  size_t column = 0;  // in the expression, from 1, in octets
  std::string what, hint;
};

enum class Operator : uint8_t { equal, not_equal, matches, starts_with, ends_with, contains, greater, greater_equal, less, less_equal, in, not_in };

using Literal = std::variant<std::string, int64_t, net::IpAddress, net::IpNetwork, std::unique_ptr<const schema::Regex>>;

struct Predicate {
  Field field;
  bool lower = false, any = false;
  Operator op = Operator::equal;
  Literal literal;
};

struct Term {
  bool with_and = false;  // how it joins what stands before it
  bool negated = false;
  uint32_t begin = 0, end = 0;  // its text
  std::variant<Predicate, std::vector<Term>> content;
};

class Expression {
 public:
  // nullptr, and where and why, when the text is no expression about that traffic.
  static std::unique_ptr<const Expression> parse(std::string_view text, Traffic traffic, ExpressionError& error);

  // Says how the path matched when `path` is given: the last predicate on http.path that held decides, as it is recorded.
  bool holds(const Query& query, PathMatch* path = nullptr) const;
  // The text of the term that made it false; empty when it holds.
  std::string_view culprit(const Query& query) const;
  // Hosts and paths that are necessary for it to hold; views into this.
  Keys keys() const;

 private:
  explicit Expression(std::string_view text) : text_(text) {}

  std::string text_;
  std::vector<Term> terms_;
};

}  // namespace routing
