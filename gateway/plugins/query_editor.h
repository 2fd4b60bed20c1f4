#pragma once
// Changes the query of a request by parameter names; parameters that nobody touches keep their octets and their place.

#include <string_view>
#include <vector>

#include "gateway/plugins/exchange.h"

namespace plugins {

class QueryEditor {
 public:
  explicit QueryEditor(Exchange& exchange);

  // Names and values are given decoded.
  void remove(std::string_view name);
  void rename(std::string_view name, std::string_view new_name);  // takes the place of parameters that have the new name
  void replace(std::string_view name, std::string_view value);    // only where the name is present; one value stays
  void add(std::string_view name, std::string_view value);        // only where it is absent
  void append(std::string_view name, std::string_view value);
  // Writes the query into the exchange, if anything changed.
  void finish();

 private:
  struct Field {
    std::string_view text, name, value;  // as sent, decoded, as sent
    bool has_value = false;
  };

  bool has(std::string_view name) const;
  Field make(std::string_view name, std::string_view value) const;

  Exchange& exchange_;
  std::vector<Field> fields_;
  bool changed_ = false;
};

}  // namespace plugins
