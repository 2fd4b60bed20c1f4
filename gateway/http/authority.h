#pragma once
// uri-host [":" port], as in Host and in absolute-form targets.

#include <string_view>

namespace http {

// RFC 9110 section 7.2, narrowed: not empty, no userinfo, no path, no list; a bracketed host is an IPv6 address; a port is at
// most 65535. Underscores are accepted.
bool is_authority(std::string_view text);

// The host of an authority, brackets included, without its port.
std::string_view host_of(std::string_view authority);

}  // namespace http
