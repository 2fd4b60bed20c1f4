#pragma once
// Error::what of a name that leads to no address. The first three are answers, the last two are the lack of one.

#include <string_view>

namespace net {

inline constexpr std::string_view name_does_not_exist = "name does not exist";
inline constexpr std::string_view not_a_name = "not a name";
inline constexpr std::string_view name_without_address = "no address";
inline constexpr std::string_view name_server_failed = "name server failed";
inline constexpr std::string_view name_server_timed_out = "name server timed out";

inline bool is_unanswered(std::string_view what) { return what == name_server_failed || what == name_server_timed_out; }

}  // namespace net
