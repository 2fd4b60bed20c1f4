#pragma once
// Cookies of a request (RFC 6265 section 4.2).

#include <string_view>

#include "gateway/http/headers.h"

namespace http {

// The value of the first cookie of that name, as it was sent; a null view when there is none. Names are compared with
// their case.
std::string_view find_cookie(const Headers& headers, std::string_view name);

}  // namespace http
