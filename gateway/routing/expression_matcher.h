#pragma once
// A matcher of a route that is written as an expression.

#include <memory>

#include "gateway/routing/expression.h"
#include "gateway/routing/matcher.h"
#include "schema/masked.h"

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
  void add_misfits_of_rest(const Query& query, std::vector<Misfit>& misfits) const override {
    const std::string_view culprit = expression_->culprit(query);
    if (!culprit.empty())
      misfits.push_back(
          {"expression: " + schema::shown_field(route().entity, "expression", culprit) + " does not hold", false});
  }

  std::unique_ptr<const Expression> expression_;
};

}  // namespace routing
