#pragma once
// The parameters of a query or a form as they were sent, one by one; nothing is decoded and nothing is copied.

#include <string_view>

namespace plugins {

struct Parameter {
  std::string_view text;         // "name=value", the whole of it
  std::string_view name, value;  // not decoded
  bool has_value = false;        // "name=" has one, empty; "name" has none
};

// `visit` returns false to stop. Empty pieces ("a&&b") are passed over.
template <typename Visit>
void each_parameter(std::string_view query, Visit visit) {
  while (!query.empty()) {
    size_t end = query.find('&');
    Parameter parameter;
    parameter.text = query.substr(0, end);
    size_t equals = parameter.text.find('=');
    parameter.name = parameter.text.substr(0, equals);
    parameter.has_value = equals != std::string_view::npos;
    if (parameter.has_value) parameter.value = parameter.text.substr(equals + 1);
    query = end == std::string_view::npos ? std::string_view() : query.substr(end + 1);
    if (!parameter.text.empty() && !visit(parameter)) return;
  }
}

}  // namespace plugins
