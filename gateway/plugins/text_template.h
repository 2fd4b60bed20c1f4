#pragma once
// Texts with lookups in them: "Bearer $(headers.token or 'none')". Expressions are lookups (headers, query_params, uri_captures, shared), string
// and number literals, nil, `..` and `or`; anything else is refused when the configuration is loaded.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/plugins/exchange.h"

namespace plugins {

class TextTemplate {
 public:
  // nullopt: an expression cannot be understood; `error` says which.
  static std::optional<TextTemplate> parse(std::string_view text, std::string& error);

  bool constant() const { return pieces_.empty() || (pieces_.size() == 1 && pieces_[0].choices.empty()); }
  // Valid as long as the exchange (or the template, when constant). Lookups that find nothing give an empty text; nullopt when they are
  // concatenated, as it is in Lua.
  std::optional<std::string_view> render(Exchange& exchange) const;

 private:
  enum class Kind : uint8_t { literal, nothing, header, query, capture_name, capture_index };
  struct Term {
    Kind kind = Kind::nothing;
    std::string text;  // literal, or the name looked up
    size_t index = 0;
  };
  using Concatenation = std::vector<Term>;
  struct Piece {
    std::string literal;                 // used when there are no choices
    std::vector<Concatenation> choices;  // of `or`: the first that is not nil
  };
  friend class ExpressionReader;

  static std::optional<std::string_view> value_of(const Term& term, Exchange& exchange);
  struct Outcome {
    std::optional<std::string_view> value;  // nullopt: nil
    bool failed = false;
  };
  static Outcome value_of(const Concatenation& parts, Exchange& exchange);

  std::vector<Piece> pieces_;
};

}  // namespace plugins
