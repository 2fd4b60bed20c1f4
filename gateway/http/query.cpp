#include "gateway/http/query.h"

#include "gateway/http/uri.h"

namespace http {

bool has_name(const Parameter& parameter, std::string_view name) {
  if (parameter.name == name) return true;
  if (parameter.name.size() < name.size() || parameter.name.find_first_of("%+") == std::string_view::npos) return false;
  return decode(parameter.name, true) == name;
}

bool find_parameter(std::string_view query, std::string_view name, std::string& value) {
  bool found = false;
  each_parameter(query, [&](const Parameter& parameter) {
    found = has_name(parameter, name);
    if (found) value = decode(parameter.value, true);
    return !found;
  });
  return found;
}

size_t remove_parameter(std::string_view query, std::string_view name, std::string& out) {
  out.clear();
  size_t removed = 0, kept_from = 0;
  each_parameter(query, [&](const Parameter& parameter) {
    if (!has_name(parameter, name)) return true;
    ++removed;
    const auto begin = static_cast<size_t>(parameter.text.data() - query.data());
    const size_t end = begin + parameter.text.size();
    out.append(query.substr(kept_from, begin - kept_from));
    // The parameter takes one separator with it: the one behind, or at the end of the query the one before.
    if (end < query.size()) kept_from = end + 1;
    else kept_from = end;
    if (end == query.size() && !out.empty() && out.back() == '&') out.pop_back();
    return true;
  });
  out.append(query.substr(kept_from));
  return removed;
}

}  // namespace http
