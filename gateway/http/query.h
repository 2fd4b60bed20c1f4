#pragma once
// The parameters of a query or of a urlencoded form, as they were sent. Walking decodes and copies nothing.

#include <string>
#include <string_view>

namespace http {

struct Parameter {
  std::string_view text;         // the whole of it, "name=value"
  std::string_view name, value;  // not decoded
  bool has_value = false;        // "name=" has one, empty; "name" has none
};

// `visit(const Parameter&)` returns false to stop. Empty pieces ("a&&b") are passed over.
template <typename Visit>
void each_parameter(std::string_view query, Visit visit) {
  for (size_t at = 0; at < query.size();) {
    size_t end = query.find('&', at);
    if (end == std::string_view::npos) end = query.size();
    Parameter parameter;
    parameter.text = query.substr(at, end - at);
    const size_t equals = parameter.text.find('=');
    parameter.name = parameter.text.substr(0, equals);
    parameter.has_value = equals != std::string_view::npos;
    if (parameter.has_value) parameter.value = parameter.text.substr(equals + 1);
    at = end + 1;
    if (!parameter.text.empty() && !visit(parameter)) return;
  }
}

// True when the parameter's name, decoded, is `name`; decodes only where an escape or a plus makes it necessary.
bool has_name(const Parameter& parameter, std::string_view name);

// The first value of that name, decoded (+ is a space), in `value`; a bare name has the empty one. False when there is none.
bool find_parameter(std::string_view query, std::string_view name, std::string& value);

// The query without every parameter of that name; all other octets keep their place and spelling, also "a&&b", "+" and "%20".
// How many were removed. `out` is replaced.
size_t remove_parameter(std::string_view query, std::string_view name, std::string& out);

}  // namespace http
