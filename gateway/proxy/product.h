#pragma once
// The product token that stands in Server and Via.

#include <string_view>

namespace proxy {

inline constexpr std::string_view product = "gateway/" GATEWAY_VERSION;
inline constexpr std::string_view via_product = "1.1 gateway/" GATEWAY_VERSION;
inline constexpr std::string_view via_product_1_0 = "1.0 gateway/" GATEWAY_VERSION;  // of a message that came in HTTP/1.0

}  // namespace proxy
