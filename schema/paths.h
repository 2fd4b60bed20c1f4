#pragma once
// Paths of routes as text: escapes and normal form. (What a request's path becomes is the business of gateway/http.)

#include <string>
#include <string_view>

namespace schema {

// The first "%" that starts no escape of two hex digits, with what follows it; empty when all is well.
std::string_view bad_escape(std::string_view text);

// Escapes of characters that need none are decoded, others get upper-case digits; "." and ".." segments are taken out
// (RFC 3986, section 6.2.2); with `merge_slashes` also empty segments.
std::string normalised(std::string_view path, bool merge_slashes);

}  // namespace schema
