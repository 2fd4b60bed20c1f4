#pragma once
// Paths and queries of request targets: normalised once, matched and forwarded in that one form.

#include <optional>
#include <string>
#include <string_view>

namespace http {

struct Target {
  std::string_view raw_path;  // before '?', as sent
  std::string_view query;     // after '?', without it
  bool has_query = false;     // "?" alone has one, empty
};

// Splits a target in origin form. Fragments are not recognised: '#' is refused by the reader or passed, see parse_request.
Target split_target(std::string_view target);

// Decodes unreserved escapes, upper-cases the others, resolves dot segments, merges slashes. nullopt: a broken escape, %00, or a path
// that climbs above the root. `scratch` holds the result when it differs from the input; otherwise the input itself is returned.
std::optional<std::string_view> normalise_path(std::string_view raw_path, std::string& scratch, bool merge_slashes = true);

// True when encode_path would change nothing.
bool is_encoded_path(std::string_view path);
// Percent-encodes what may not stand in a request line sent upstream.
void encode_path(std::string_view path, std::string& out);

// %XX (and + as space when asked) decoded; broken escapes stay as they are.
std::string decode(std::string_view text, bool plus_is_space);
std::string encode_component(std::string_view text);  // everything but unreserved

}  // namespace http
