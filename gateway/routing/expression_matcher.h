#pragma once
// A matcher of a route that is written as an expression.

#include <memory>

#include "gateway/routing/expression.h"
#include "gateway/routing/matcher.h"

namespace routing {

class ExpressionMatcher final : public Matcher {
 public:
  ExpressionMatcher(const schema::Route& route, uint64_t rank, uint16_t protocols, std::unique_ptr<const Expression> expression)
      : Matcher(route, rank, protocols), expression_(std::move(expression)) {}

  PathMatch path_match(const Query& query) const override {
    PathMatch match;
    expression_->holds(query, &match);
    return match;
  }
  Keys keys() const override { return expression_->keys(); }

 private:
  bool fits_rest(const Query& query) const override { return expression_->holds(query); }
  std::string refusal_of_rest(const Query& query) const override {
    const std::string_view culprit = expression_->culprit(query);
    return culprit.empty() ? std::string() : "expression: " + std::string(culprit) + " does not hold";
  }

  std::unique_ptr<const Expression> expression_;
};

}  // namespace routing
