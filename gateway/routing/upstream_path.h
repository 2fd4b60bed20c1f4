#pragma once
// The path sent upstream: the service's path, and what is left of the request's.

#include <string>
#include <string_view>

namespace routing {

// `base`: the service's path, empty for none; `prefix`: what the route matched (stripped when `strip`). The result is in `scratch`, or
// is one of the arguments.
std::string_view upstream_path(std::string_view base, std::string_view path, std::string_view prefix, bool strip, std::string& scratch);

}  // namespace routing
